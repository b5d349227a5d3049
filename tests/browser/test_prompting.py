"""A student looks at what was recorded, changes the view by keyboard, and has a sentence labelled."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_recorded_is_shown_and_a_sentence_is_labelled(page: Page, app: App):
    page.goto(f"{app.url}/prompting")
    settle(page)
    expect(page.get_by_text("Recorded, not computed now").first).to_be_visible()
    expect(page.get_by_text("no weight was updated").first).to_be_visible()
    page.goto(f"{app.url}/prompting?pr_view=Your+sentence&pr_own_model=Bundled+base+model")
    settle(page)
    page.get_by_label("Your sentence").last.fill("The flour is sifted twice.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Text: The flour is sifted twice.").first).to_be_visible()
    page.get_by_role("button", name="Label it").click()
    expect(page.get_by_text("so it always gives one").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
