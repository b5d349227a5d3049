"""A student clicks through a transformer block, sorts a card and walks a path, by mouse and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_an_adapter_is_chosen_and_its_rank_turned_by_keyboard(page: Page, app: App):
    page.goto(f"{app.url}/adapters")
    settle(page)
    expect(page.get_by_text("3,407,872").first).to_be_visible()
    rank = page.get_by_role("slider", name="Rank r")
    rank.focus()
    rank.press("ArrowRight")
    expect(page.get_by_text("6,815,744").first).to_be_visible()
    page.goto(f"{app.url}/adapters?ad_view=How+low+is+the+rank")
    settle(page)
    kept = page.get_by_role("slider", name="Keep rank r of every ΔW")
    kept.focus()
    kept.press("Home")
    expect(page.get_by_text("Rank 1 keeps").first).to_be_visible()


def test_a_path_is_walked(page: Page, app: App):
    page.goto(f"{app.url}/which-way")
    settle(page)
    page.get_by_role("radio", name="No", exact=True).or_(
        page.get_by_role("button", name="No", exact=True)
    ).first.click()
    expect(page.get_by_text("given your documents in its prompt").first).to_be_visible()
