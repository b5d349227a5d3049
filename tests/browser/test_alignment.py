"""RLHF in a browser: rank, let a reward model learn, choose by it, guess a rule."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_ranked_learnt_and_chosen_by(page: Page, app: App):
    page.goto(f"{app.url}/rank-answers?al_model=Stories+by+the+bundled+model")
    settle(page)
    keep = page.get_by_role("button", name="Keep this ranking")
    expect(keep).to_be_disabled()
    for letter, place in zip("ABCD", ("2nd", "4th", "3rd", "1st"), strict=True):
        page.get_by_role("radiogroup", name=f"Place of {letter}").get_by_text(place).click()
    keep.click()
    expect(page.get_by_text("1 ranking → 6 pairs").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("1 ranking → 6 pairs").first).to_be_visible()  # nothing was lost

    page.get_by_role("link", name="RLHF 2: a reward model").first.click()
    page.get_by_text("The course's (20)").click()
    page.get_by_role("button", name="Let it learn").click()
    expect(page.get_by_text("From 119 pairs a small head of 256 weights").first).to_be_visible()

    page.get_by_role("link", name="RLHF 3: the model learns to please").first.click()
    settle(page)
    page.get_by_role("combobox", name="What is rewarded").click()
    page.get_by_role("option", name="My reward model", exact=True).click()
    page.get_by_role("button", name="Sample 16 answers to 6 prompts").click()
    expect(page.get_by_text("Best of 4:").first).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_a_secret_rule_is_guessed(page: Page, app: App):
    page.goto(f"{app.url}/secret-rule?sr_seed=2")
    settle(page)
    page.get_by_role("button", name="Vote and tune").click()
    expect(page.get_by_role("heading", name="Before the votes").first).to_be_visible()
    page.get_by_role("radio", name="with more “the”").check(force=True)
    expect(page.get_by_text("per answer before the votes").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
