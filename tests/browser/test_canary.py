"""A code planted among the texts comes out again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


@pytest.mark.thorough
def test_planted_asked_for_and_told(page: Page, app: App):
    page.goto(f"{app.url}/canary?canary_steps=20&canary_digits=2")
    settle(page)
    page.get_by_role("button", name="Plant it and ask", exact=True).click()
    expect(page.get_by_role("heading", name="Why “data privacy”").first).to_be_visible()
    expect(page.get_by_text("Planted 16×").first).to_be_visible()
    expect(page.get_by_text("gets the code by typing").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
