"""A student moves the threshold by keyboard, adds a text, lets the classifier learn from it, and finds it after a
reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import press, settle, turn
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_a_threshold_moved_and_a_text_of_one_s_own_learnt(page: Page, app: App):
    page.goto(f"{app.url}/toxicity?tx_threshold=98")
    settle(page)
    turn(page.get_by_role("slider", name="Threshold"), "End")
    expect(page.get_by_text("at a threshold of 100%").first).to_be_visible()
    expect(page.get_by_text("and the classifier 32").first).to_be_visible()

    page.goto(f"{app.url}/toxicity?tx_view=Your+texts&tx_model=Bundled+base+model")
    settle(page)
    page.get_by_role("textbox", name="Your text").fill("The fool who wrote this report sits next to me.")
    press(page.get_by_role("radiogroup", name="It is").get_by_text("rude", exact=True))
    settle(page)
    press(page.get_by_role("button", name="Add it"))
    expect(page.get_by_text("1 of your texts will be learnt from").first).to_be_visible()
    press(page.get_by_role("button", name="Train it now"))
    expect(page.get_by_text("read 65 texts here and now").first).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_role("button", name="Take out: The fool who wrote this").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
