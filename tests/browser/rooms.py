"""A room in several browsers: whose screen it is led from, and the phones that join it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import press, press_button, settle, student
from tests.browser.server import App

PHONE = {"width": 390, "height": 844}
CONNECTED = '[data-testid="stApp"][data-test-connection-state="CONNECTED"]'


@contextmanager
def phones_of(browser: Browser, students: int) -> Iterator[list[Page]]:
    """A phone for each student."""
    with ExitStack() as stack:
        yield [stack.enter_context(student(browser, PHONE)) for _ in range(students)]


def open_room(page: Page, app: App, query: str = "") -> str:
    """The code of a room that this page leads from now on."""
    page.goto(f"{app.url}/room{query}")
    press_button(page, "Open a room")
    heading = page.get_by_role("heading", level=1, name=re.compile("^Room [A-Z]{5}$"))
    expect(heading.first).to_be_visible()
    return heading.first.inner_text().split()[-1]


def join(phone: Page, app: App, code: str, name: str | None = None) -> None:
    """Enter the room by its link, under a name of one's own or the one that is offered."""
    phone.goto(f"{app.url}/join?code={code}")
    if name is not None:
        settle(phone)
        phone.get_by_label("Your name here").first.fill(name)
    press_button(phone, "Join")
    expect(phone.get_by_text("The next question appears here by itself").first).to_be_visible()


def answer(phone: Page, letter: str) -> None:
    press(phone.get_by_role("button", name=f"{letter} ·"))
    expect(phone.get_by_text("Your answer is in").first).to_be_visible()


def do_together(page: Page, experiment: str) -> None:
    """Choose one of the experiments that a whole room does; it is not begun yet."""
    press(page.get_by_text("Do together"))
    expect(page.get_by_text(experiment).first).to_be_visible()
    settle(page)
    press(page.get_by_text(experiment))
    settle(page)


def put_and_answer(page: Page, phone: Page) -> None:
    """The first question is put to the room, and the phone has answered A."""
    press_button(page, "Put the first question")
    press(page.get_by_role("button", name="Put it to the room").nth(1))
    answer(phone, "A")


def wait_until_cut_off(*pages: Page) -> None:
    for page in pages:
        page.wait_for_selector(f"[data-testid=stApp]:not({CONNECTED})")


def wait_until_back(*pages: Page) -> None:
    """Pages find the server again by themselves."""
    for page in pages:
        page.wait_for_selector(CONNECTED)
        settle(page)
