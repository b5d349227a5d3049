"""One app and one browser for all journeys; a fresh browser context, and so a fresh student, for each test.

While Streamlit replaces a view, an element and its successor stand side by side for a moment: journeys expect the
`first` of what they name, or a strict locator fails on a fast machine only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.browser.server import App, running_app
from tests.waiting import LIMIT_S

LIMIT_MS = LIMIT_S * 1000
expect.set_options(timeout=LIMIT_MS)
QUIET = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@pytest.fixture(scope="session")
def app() -> Iterator[App]:
    # One worker: a second one would only import torch, once more after every journey that kills them.
    with running_app(WORKERS="1") as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(LIMIT_MS)
    yield opened
    context.close()


def settle(page: Page) -> None:
    """Wait until the script has run."""
    page.wait_for_selector(QUIET)


def act_until(shown: Locator, act: Callable[[int], None]) -> None:
    """Act, at most for so many milliseconds, and again until `shown` is there: what is pressed while Streamlit draws
    a page anew is lost."""
    for _ in range(10):
        with suppress(TimeoutError):
            act(LIMIT_MS // 50)
            shown.wait_for(timeout=LIMIT_MS // 50)
        if shown.is_visible():
            return
    expect(shown).to_be_visible()
