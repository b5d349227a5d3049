"""Every chapter in a real browser, opened directly: no error, no scrolling sideways on a phone, no request to another
host, and nothing serious that axe finds in light or dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from lib import curriculum
from tests.browser.accessibility import findings
from tests.browser.conftest import LIMIT_MS, asks_no_other_host, settle
from tests.browser.rooms import PHONE
from tests.browser.server import App

pytestmark = [pytest.mark.browser, pytest.mark.thorough]
BESIDE = ("presenter", "demos", "demos?demos_view=Rehearsal", "operator")
PATHS = {each.url_path: each.title for each in curriculum.chapters()} | {
    path: path.split("?")[0].title() for path in BESIDE
}
"""Title by path: every chapter, and the pages beside the course."""
DESK = {"width": 1440, "height": 900}
WIDEST = "document.querySelector('[data-testid=stMain]').scrollWidth"

DARK = """[document.querySelector('.stApp'), document.body].every(
    each => getComputedStyle(each).backgroundColor == 'rgb(23, 18, 14)')"""
"""All of the page. What is still on its way to its new colour is looked at twice, in `findings`."""


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """One student for all chapters, whose browser keeps the scripts that it has fetched."""
    with browser.new_context(viewport=PHONE) as context:
        yield context


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path or "home")
def test_opens_fits_asks_no_other_host_and_can_be_read(visitor: BrowserContext, app: App, path):
    page = visitor.new_page()
    page.set_default_timeout(LIMIT_MS)
    with asks_no_other_host(visitor):
        page.goto(f"{app.url}/{path}")
        settle(page)
        expect(page.get_by_role("heading", level=1, name=PATHS[path]).first).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        assert PATHS[path] in page.title()
        assert page.evaluate(WIDEST) <= PHONE["width"]
        page.set_viewport_size(DESK)
        page.wait_for_function(f"innerWidth == {DESK['width']} && {WIDEST} <= innerWidth")
        assert not findings(page)
        page.emulate_media(color_scheme="dark")
        page.wait_for_function(DARK)
        settle(page)
        assert not findings(page, "color-contrast")
    page.close()


@pytest.mark.skipif(not hasattr(psutil.Process, "memory_maps"), reason="this system does not tell what is loaded")
def test_the_web_process_has_not_loaded_torch(app: App):
    """After every chapter. The page tests cannot see it all: without a server, Streamlit draws tables another way."""
    loaded = [place.path for place in app.process.memory_maps() if "site-packages" in place.path]
    assert loaded
    assert not [path for path in loaded if {"torch", "transformers"} & set(Path(path).parts)]
