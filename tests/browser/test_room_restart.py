"""The web process dies in the middle of a vote and is started again: room, question and answers are still there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import act_until, press, press_button, settle
from tests.browser.rooms import join, open_room, phones_of
from tests.browser.server import free_port, running_app

pytestmark = pytest.mark.browser
CONNECTED = '[data-testid="stApp"][data-test-connection-state="CONNECTED"]'


@pytest.mark.thorough
def test_a_room_outlives_the_web_process(browser: Browser, page: Page, tmp_path: Path):
    served = {"port": free_port(), "DATABASE_URL": f"sqlite:///{tmp_path}/rooms.sqlite", "WORKERS": "1"}
    with phones_of(browser, 1) as (phone,):
        with running_app(**served) as app:
            code = open_room(page, app)
            join(phone, app, code)
            press_button(page, "Put the first question")
            press(page.get_by_role("button", name="Put it to the room").nth(1))
            press(phone.get_by_role("button", name="A ·"))
            expect(phone.get_by_text("Your answer is in").first).to_be_visible()
            app.process.kill()
            for each in (page, phone):
                each.wait_for_selector(f"[data-testid=stApp]:not({CONNECTED})")
        with running_app(**served):
            # Both pages find the server again by themselves; a click before that is lost.
            for each in (page, phone):
                each.wait_for_selector(CONNECTED)
                settle(each)
            expect(phone.get_by_text("Your answer is in").first).to_be_visible()
            expect(page.get_by_role("heading", level=1, name=f"Room {code}").first).to_be_visible()
            show = page.get_by_role("button", name="Show the answers", exact=True).first
            act_until(page.get_by_text("What the room said").first, lambda limit_ms: show.click(timeout=limit_ms))
            expect(phone.get_by_text(re.compile("right so far")).first).to_be_visible()
