"""Every chapter in a real browser: opened directly, without an error, and without scrolling sideways on a phone."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from lib import curriculum
from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser
CHAPTERS = curriculum.chapters()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.slug)
def test_opens_directly(page: Page, app: App, chapter):
    page.goto(f"{app.url}/{chapter.url_path}")
    settle(page)
    expect(page.get_by_role("heading", level=1, name=chapter.title).first).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    assert chapter.title in page.title()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.slug)
def test_fits_a_phone(page: Page, app: App, chapter):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app.url}/{chapter.url_path}")
    settle(page)
    widest = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert widest <= 390


@pytest.mark.parametrize("chapter", curriculum.chapters(), ids=lambda chapter: chapter.slug)
def test_asks_no_other_host_for_anything(page: Page, app: App, chapter):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{app.url}/{chapter.url_path}")
    settle(page)
    assert asked
    assert not [
        url for url in asked if not url.startswith((app.url, "data:", "blob:", "ws://localhost", "ws://127.0.0.1"))
    ]


@pytest.mark.skipif(not hasattr(psutil.Process, "memory_maps"), reason="this system does not tell what is loaded")
def test_the_web_process_has_not_loaded_torch(app: App):
    """After every chapter. The page tests cannot see it all: without a server, Streamlit draws tables another way."""
    loaded = [place.path for place in app.process.memory_maps() if "site-packages" in place.path]
    assert loaded
    assert not [path for path in loaded if {"torch", "transformers"} & set(Path(path).parts)]
