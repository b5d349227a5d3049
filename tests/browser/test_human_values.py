"""A student moves a weight by keyboard, judges a pair, and asks which stage addresses a bad behaviour."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import press, settle, turn
from tests.browser.server import App

pytestmark = pytest.mark.browser


@pytest.mark.thorough
def test_weighed_judged_and_traced(page: Page, app: App):
    page.goto(f"{app.url}/human-values?hv_look=The+neighbour%E2%80%99s+Wi-Fi")
    settle(page)
    expect(page.get_by_text("Helpful (5) against harmless (5): undecided.").first).to_be_visible()
    turn(page.get_by_role("slider", name="Harmless"), "ArrowRight")
    expect(page.get_by_text("Helpful (5) against harmless (6): declines.").first).to_be_visible()

    page.goto(f"{app.url}/human-values?hv_view=Judge+the+pairs&hv_pair=3")
    settle(page)
    for value, answer in (("helpful", "says what to mend"), ("honest", "says what to mend"), ("harmless", "praises")):
        press(page.get_by_role("radiogroup", name=f"More {value}").get_by_text(answer))
        settle(page)
    expect(page.get_by_text("say the same as the course in 3 of 3").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("say the same as the course in 3 of 3").first).to_be_visible()  # nothing was lost

    page.goto(f"{app.url}/human-values?hv_view=Bad+behaviour&hv_stage_dangerous=Preference+tuning")
    settle(page)
    expect(page.get_by_text("The course would begin here too").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
