"""A student sees what the model says, chooses by what it is read, and moves the threshold of silence by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import choose, settle, turn
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_sure_and_silent(page: Page, app: App):
    page.goto(f"{app.url}/honesty")
    settle(page)
    expect(page.get_by_text("here to 200%").first).to_be_visible()

    page.goto(f"{app.url}/honesty?ho_view=When+to+be+silent&ho_threshold=99")
    settle(page)
    choose(page, "How sure it is", "Probability of its answer")
    turn(page.get_by_role("slider", name="Answers only if at least this sure"), "Home")
    expect(page.get_by_text("it gives 20 of 20 answers").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
