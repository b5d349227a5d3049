"""A phone sleeps, the Wi-Fi drops: the same page finds its room, its answer and its run again, by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect

from tests.browser.conftest import press_button, settle
from tests.browser.rooms import join, open_room, phones_of, put_and_answer, wait_until_back, wait_until_cut_off
from tests.browser.server import App, running_app

pytestmark = pytest.mark.browser
SESSION_KEPT_S = 120
"""How long Streamlit keeps the session of a browser that is away, unless it is told otherwise."""
STEP = re.compile(r"Step (\d+)")


class Wire:
    """Between a browser and the app: it can be cut, and mended."""

    def __init__(self, page: Page) -> None:
        self._cut, self._open = False, []
        page.context.route_web_socket(re.compile("_stcore/stream"), self._connect)
        page.context.route("**/_stcore/**", self._fetch)

    def _connect(self, socket: WebSocketRoute) -> None:
        if self._cut:
            socket.close()
            return
        self._open.append((socket, socket.connect_to_server()))

    def _fetch(self, route: Route) -> None:
        if self._cut:
            route.abort()
        else:
            route.continue_()

    @contextmanager
    def cut(self, *pages: Page) -> Iterator[None]:
        """Nothing of the browser comes through until the block ends; then each page is connected again."""
        self._cut = True
        for ends in self._open:
            for end in ends:
                end.close()
        self._open.clear()
        wait_until_cut_off(*pages)
        yield
        self._cut = False
        wait_until_back(*pages)


def away(browser: Browser, page: Page, app: App, seconds: float = 0.0) -> None:
    """A student with a room in one window and a run in another is gone for so long; meanwhile the room goes on."""
    with phones_of(browser, 1) as (phone,):
        wire = Wire(phone)
        code = open_room(page, app)
        join(phone, app, code)
        put_and_answer(page, phone)
        run = phone.context.new_page()
        run.goto(f"{app.url}/live-lora?steps=300")
        settle(run)
        press_button(run, "Start")
        expect(run.get_by_text(STEP).first).to_be_visible()
        with app.held():
            before = step_of(run)
            with wire.cut(phone, run):
                press_button(page, "Argue, then vote again")
                expect(page.get_by_role("button", name="Vote again").first).to_be_visible()
                page.wait_for_timeout(1000 * seconds)
            expect(phone.get_by_text("convince each other").first).to_be_visible()
            expect(run.get_by_role("button", name="Stop", exact=True).first).to_be_enabled()
            assert step_of(run) >= before
        press_button(page, "Vote again")
        expect(phone.get_by_text("Before you argued").first).to_be_visible()
        press_button(run, "Stop")
        expect(run.get_by_text("Stopped by you").first).to_be_visible()


def step_of(run: Page) -> int:
    found: Any = STEP.search(run.get_by_text(STEP).first.inner_text())
    return int(found[1])


@pytest.mark.thorough
def test_a_moment_away_with_the_session_kept(browser: Browser, page: Page, app: App):
    away(browser, page, app)


@pytest.mark.thorough
def test_away_for_longer_than_the_session_is_kept(browser: Browser, page: Page):
    """As after two minutes and a day: what is left is the cookie."""
    with running_app(WORKERS="1", STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="0") as app:
        away(browser, page, app)


@pytest.mark.thorough
def test_two_minutes_away_by_the_clock(browser: Browser, page: Page, app: App):
    away(browser, page, app, SESSION_KEPT_S - 5)
