"""A student lets the models read a sentence and reshapes their choice; looks what GPT-3 cost, and watches a birth."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from lib.lesson.pretraining.birth import birth
from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_a_sentence_is_read_and_its_choice_reshaped_by_keyboard(page: Page, app: App):
    page.goto(f"{app.url}/next-token")
    settle(page)
    page.get_by_role("button", name="Let the model read it").click()
    expect(page.get_by_text("one pass over").first).to_be_visible()
    expect(page.get_by_role("button", name="Let the model read it")).to_be_enabled()
    page.goto(f"{app.url}/next-token?nt_view=Shape+its+choice")
    settle(page)
    expect(page.get_by_text("of 4,096 tokens can be drawn").first).to_be_visible()
    temperature = page.get_by_role("slider", name="Temperature")
    temperature.focus()
    temperature.press("Home")
    expect(page.get_by_text("by convention it means greedy").first).to_be_visible()
    expect(page.get_by_text("100.0% of the time").first).to_be_visible()


def test_the_slide_s_price_and_a_birth(page: Page, app: App):
    page.goto(f"{app.url}/pretraining-cost")
    settle(page)
    expect(page.get_by_text("USD 0.90", exact=True).first).to_be_visible()
    page.get_by_role("radio", name="Watch it being born").or_(
        page.get_by_role("button", name="Watch it being born")
    ).first.click()
    steps = page.get_by_role("slider", name="Steps of training")
    steps.focus()
    steps.press("End")
    expect(page.get_by_text(f"After {birth().checkpoints[-1].tokens_seen:,} tokens").first).to_be_visible()
