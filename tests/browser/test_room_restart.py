"""The web process dies in the middle of a vote and is started again: room, question and answers are still there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import act_until
from tests.browser.rooms import join, open_room, phones_of, put_and_answer, wait_until_back, wait_until_cut_off
from tests.browser.server import free_port, running_app

pytestmark = pytest.mark.browser


@pytest.mark.thorough
def test_a_room_outlives_the_web_process(browser: Browser, page: Page, tmp_path: Path):
    served = {"port": free_port(), "DATABASE_URL": f"sqlite:///{tmp_path}/rooms.sqlite", "WORKERS": "1"}
    with phones_of(browser, 1) as (phone,):
        with running_app(**served) as app:
            code = open_room(page, app)
            join(phone, app, code)
            put_and_answer(page, phone)
            app.process.kill()
            wait_until_cut_off(page, phone)
        with running_app(**served):
            # Both pages find the server again by themselves; a click before that is lost.
            wait_until_back(page, phone)
            expect(phone.get_by_text("Your answer is in").first).to_be_visible()
            expect(page.get_by_role("heading", level=1, name=f"Room {code}").first).to_be_visible()
            show = page.get_by_role("button", name="Show the answers", exact=True).first
            act_until(page.get_by_text("What the room said").first, lambda limit_ms: show.click(timeout=limit_ms))
            expect(phone.get_by_text(re.compile("right so far")).first).to_be_visible()
