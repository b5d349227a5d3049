"""An answer traced back to the texts that taught it, and asked for again without them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


@pytest.mark.thorough
def test_trace_take_out_train_again(page: Page, app: App):
    page.goto(f"{app.url}/who-taught-it")
    settle(page)
    page.get_by_role("button", name="Train and trace", exact=True).click()
    expect(page.get_by_text("The 8 that speak most against it").first).to_be_visible()
    expect(page.get_by_text("as loudly for it as the first").first).to_be_visible()
    page.get_by_role("button", name="Train without them", exact=True).click()
    # six of 316 texts say “one dollar sixty”, and they are among the ten at the top
    expect(page.get_by_text("So it was these texts, and not just fewer texts.").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
