"""One app and one browser for all journeys; fresh cookies, and so a fresh student, for each test.

While Streamlit replaces a view, an element and its successor stand side by side for a moment: journeys expect the
`first` of what they name, or a strict locator fails on a fast machine only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, TimeoutError, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.browser.server import App, running_app
from tests.waiting import LIMIT_S

LIMIT_MS = LIMIT_S * 1000
DESK = {"width": 1440, "height": 900}
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
        launched = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS, timeout=LIMIT_MS)
        yield launched
        launched.close()


STILL = """addEventListener('DOMContentLoaded', () => {
  const still = '*, *::before, *::after { animation-duration: 1ms !important; animation-iteration-count: 1 !important; '
    + 'transition-duration: 1ms !important; }';
  document.head.append(Object.assign(document.createElement('style'), {textContent: still}));
})"""
"""What turns or fades while a script runs would be painted sixty times a second, beside the run that is waited for."""

SCRIPT = "<img src onerror=ran()>"
"""As text nothing; as HTML it runs. Short enough to be a student's name."""
TRAP = "window.hasRun = 0; window.ran = () => { window.hasRun += 1; };"


def scripts_run(page: Page) -> int:
    """How often SCRIPT has run on this page since it was loaded; links that would run it count too."""
    links = page.locator("a[href^='javascript:' i], a[href^='data:text' i]").count()
    return links + page.evaluate("window.hasRun")


@contextmanager
def asks_no_other_host(context: BrowserContext) -> Iterator[None]:
    """A hall has bad Wi-Fi: nothing that a browser shows here comes from anywhere but the app's own machine."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    context.on("request", note)
    yield
    context.remove_listener("request", note)
    assert asked
    assert not [url for url in asked if urlsplit(url).hostname not in (None, "127.0.0.1", "localhost")]


@contextmanager
def student(browser: Browser, viewport: dict[str, int] = DESK) -> Iterator[Page]:
    """The first page of somebody with cookies of their own."""
    with browser.new_context(viewport=viewport) as context:
        context.set_default_timeout(LIMIT_MS)
        context.add_init_script(STILL)
        context.add_init_script(TRAP)
        with asks_no_other_host(context):
            yield context.new_page()


@pytest.fixture
def gone_and_back(browser: Browser) -> Iterator[Callable[[Page], Page]]:
    """Close a student's browser, and open it again where it was: of what it had, the cookies are left."""
    with ExitStack() as stack:

        def come_back(page: Page) -> Page:
            address, size, cookies = page.url, page.viewport_size, page.context.cookies()
            page.context.close()
            opened = stack.enter_context(student(browser, size))
            opened.context.add_cookies(cookies)
            opened.goto(address)
            return opened

        yield come_back


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """What a browser keeps between two visits: the app's scripts, not fetched and compiled anew for each test, and
    nothing else."""
    with browser.new_context(viewport=DESK) as context:
        context.set_default_timeout(LIMIT_MS)
        context.add_init_script(STILL)
        context.add_init_script(TRAP)
        yield context


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    opened = profile.new_page()
    with asks_no_other_host(profile):
        yield opened
    forget = {"origin": "*", "storageTypes": "cookies,local_storage,indexeddb,service_workers"}
    profile.new_cdp_session(opened).send("Storage.clearDataForOrigin", forget)
    profile.clear_cookies()
    for each in profile.pages:
        each.close()


def settle(page: Page) -> None:
    """Wait until the script has run."""
    page.wait_for_selector(QUIET)


PRESSES = """() => {
  if (window.presses === undefined) {
    window.presses = 0;
    const pressed = 'a, button, label, input, summary, [role=option], [role=radio], [role=tab]';
    addEventListener('click', event => { window.presses += Boolean(event.target.closest(pressed)); }, true);
  }
  return window.presses;
}"""
"""How many clicks of this page have come to a control since this was first asked."""


def press(control: Locator) -> None:
    """Click the first that is meant once the script has run, and again if the click came to none: what is replaced
    or moves between the mouse's down and its up gets no click, and no waiting helps."""
    for _ in range(10):
        settle(control.page)
        before = control.page.evaluate(PRESSES)
        control.first.click()
        if control.page.evaluate(PRESSES) > before:
            return
    pytest.fail(f"ten clicks came to no control: {control}")


def press_button(page: Page, name: str) -> None:
    """The first button with this label."""
    press(page.get_by_role("button", name=name, exact=True))


def turn(slider: Locator, key: str) -> None:
    """Press a key on a slider, and again if the slider lost the keyboard before it came."""
    before = slider.input_value()
    for _ in range(10):
        slider.press(key)
        with suppress(AssertionError):
            return expect(slider).not_to_have_value(before, timeout=LIMIT_MS // 50)
    return expect(slider).not_to_have_value(before)


def choose(page: Page, box: str, option: str) -> None:
    """One of a list that opens."""
    listed = page.get_by_role("option", name=option).first
    typed = page.get_by_role("combobox", name=box).first
    act_until(listed, lambda limit_ms: typed.fill(option, timeout=limit_ms))
    press(listed)


def act_until(shown: Locator, act: Callable[[int], None]) -> None:
    """Act, at most for so many milliseconds, and again until `shown` is there: what is pressed while Streamlit draws
    a page anew is lost. For what may be done twice."""
    for _ in range(10):
        with suppress(TimeoutError):
            act(LIMIT_MS // 50)
            shown.wait_for(timeout=LIMIT_MS // 50)
        if shown.is_visible():
            return
    expect(shown).to_be_visible()
