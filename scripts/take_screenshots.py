"""Take pictures of the app, with the packages of requirements-dev.txt.

python -m scripts.take_screenshots                     # those of the README
python -m scripts.take_screenshots build/screenshots   # every page: at a desk, on a projector, on a phone; light, dark
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from bench.pages import chromium
from lib import curriculum
from lib.lesson.presenting.steps import steps_of
from lib.places import ROOT
from lib.ui.kit.presenting.page_parts import APP_SKELETON, MAIN, SKELETON
from tests.browser.conftest import settle
from tests.browser.server import running_app

TARGET = ROOT / "docs" / "images"
PAGES = {
    "memory-calculator": "Try it",
    "quantization-lab": "Measure it",
    "live-lora": "Train it",
    "metrics-playground": "Score a pair",
}
STARTED = {"live-lora": "Start", "quantization-lab": "Measure"}
"""Pages that show something once they have run, and the button that starts it; both then say what happened."""
SIZES = {"desk": (1440, 900), "projector": (1280, 720), "phone": (390, 844)}
MOST_PIXELS = 6000
"""How tall a picture may be; what a page has below is left off."""
DRAWN = f"() => !document.querySelector('{SKELETON}, {APP_SKELETON}')"
"""Streamlit loads the code of an element when the first of its kind comes near, and holds its place meanwhile."""
TALL = f"document.querySelector('{MAIN}').scrollHeight"
BESIDE = ("presenter", "demos", "operator")


def main() -> None:
    if folder := sys.argv[1:]:
        _of_every_page(Path(folder[0]))
    else:
        _of_the_readme()


def _of_every_page(folder: Path) -> None:
    """On a projector its steps one by one, as they are seen; elsewhere the whole page."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_app() as app, chromium() as browser:
        for look in ("light", "dark"):
            for size in SIZES:
                page = _window(browser, size, look)
                for chapter in curriculum.chapters():
                    steps = range(1, len(steps_of(chapter)) + 1) if size == "projector" else (None,)
                    for step in steps:
                        query = f"?present=1&step={step}" if step else ""
                        page.goto(f"{app.url}/{chapter.url_path}{query}")
                        name = chapter.slug + (f"-{step}" if step else "")
                        _take(page, folder / f"{name}-{size}-{look}.png", whole=step is None)
                for name in BESIDE if size != "projector" else ():
                    page.goto(f"{app.url}/{name}")
                    _take(page, folder / f"{name}-{size}-{look}.png", whole=True)
                page.context.close()


def _window(browser: Browser, size: str, look: str) -> Page:
    width, height = SIZES[size]
    page = browser.new_context(viewport={"width": width, "height": height}, color_scheme=look).new_page()
    page.set_default_timeout(300_000)
    return page


def _take(page: Page, file: Path, *, whole: bool) -> None:
    """Streamlit scrolls within the page, so that a window as tall as the page shows all of it."""
    settle(page)
    page.wait_for_function(DRAWN)
    before = page.viewport_size
    if whole:
        page.set_viewport_size({"width": before["width"], "height": min(MOST_PIXELS, page.evaluate(TALL) + 20)})
        page.wait_for_function(DRAWN)
        # What had not been drawn yet had another height.
        page.set_viewport_size({"width": before["width"], "height": min(MOST_PIXELS, page.evaluate(TALL) + 20)})
    page.wait_for_timeout(1000)
    page.screenshot(path=file)
    page.set_viewport_size(before)


def _of_the_readme() -> None:
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
