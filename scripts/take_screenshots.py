"""Take the pictures of the README: `python -m scripts.take_screenshots`, with the packages of requirements-dev.txt."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from bench.pages import chromium
from tests.browser.conftest import settle
from tests.browser.server import running_app

TARGET = Path(__file__).resolve().parent.parent / "docs" / "images"
PAGES = {
    "memory-calculator": "Try it",
    "quantization-lab": "Measure it",
    "live-lora": "Train it",
    "metrics-playground": "Score a pair",
}
STARTED = {"live-lora": "Start", "quantization-lab": "Measure"}
"""Pages that show something once they have run, and the button that starts it; both then say what happened."""


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with running_app() as app, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(300_000)
        for path, heading in PAGES.items():
            page.goto(f"{app.url}/{path}")
            settle(page)
            if path in STARTED:
                page.get_by_role("button", name=STARTED[path], exact=True).click()
                page.get_by_role("heading", name="What happened").wait_for()
                expect(page.get_by_role("button", name="Stop", exact=True).first).to_be_disabled(timeout=300_000)
                settle(page)
            scroll_to(page, heading)
            page.screenshot(path=TARGET / f"{path}.png")


def scroll_to(page: Page, heading: str) -> None:
    """Bring a heading to the top, and give the charts time to draw."""
    page.get_by_role("heading", name=heading).evaluate("element => element.scrollIntoView()")
    page.wait_for_timeout(1500)


if __name__ == "__main__":
    main()
