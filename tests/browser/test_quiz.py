"""A student answers the quiz, reloads, and finds the round where it was; then decides a case."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from lib.lesson.cases.working import figures
from tests.browser.conftest import press, settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def choose_first(page: Page) -> None:
    """The first option of the question on the page: the prediction above it is the first group of radio buttons."""
    press(page.get_by_test_id("stRadio").nth(1).locator("label").nth(1))
    settle(page)


def test_a_round_survives_a_reload(page: Page, app: App):
    page.goto(f"{app.url}/quiz?qz_count=5")
    settle(page)
    press(page.get_by_role("button", name="Start round 1"))
    expect(page.get_by_text("question 1 of 5").first).to_be_visible()
    settle(page)
    choose_first(page)
    press(page.get_by_role("button", name="That is my answer"))
    expect(page.get_by_text("It is now in box").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("It is now in box").first).to_be_visible()
    press(page.get_by_role("button", name="Next question"))
    expect(page.get_by_text("question 2 of 5").first).to_be_visible()


def test_a_case_is_decided_and_worked_out(page: Page, app: App):
    page.goto(f"{app.url}/cases")
    settle(page)
    worked = figures("budget")[0].value
    expect(page.get_by_text(worked)).to_have_count(0)
    choose_first(page)
    press(page.get_by_role("button", name="That is my decision"))
    expect(page.get_by_text(worked).first).to_be_visible()
