"""RLHF in a browser: rank, let a reward model learn, choose by it, guess a rule."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import act_until, choose, press, press_button, settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_ranked_learnt_and_chosen_by(page: Page, app: App):
    page.goto(f"{app.url}/rank-answers?al_model=Stories+by+the+bundled+model")
    settle(page)
    keep = page.get_by_role("button", name="Keep this ranking")
    expect(keep).to_be_disabled()
    for letter, place in zip("ABCD", ("2nd", "4th", "3rd", "1st"), strict=True):
        press(page.get_by_role("radiogroup", name=f"Place of {letter}").get_by_text(place))
    press(keep)
    expect(page.get_by_text("1 ranking → 6 pairs").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("1 ranking → 6 pairs").first).to_be_visible()  # nothing was lost

    press(page.get_by_role("link", name="RLHF 2: a reward model"))
    press(page.get_by_text("The course's (20)"))
    press(page.get_by_role("button", name="Let it learn"))
    expect(page.get_by_text("From 119 pairs a small head of 256 weights").first).to_be_visible()

    press(page.get_by_role("link", name="RLHF 3: the model learns to please"))
    settle(page)
    choose(page, "What is rewarded", "My reward model")
    press(page.get_by_role("button", name="Sample 16 answers to 6 prompts"))
    expect(page.get_by_text("Best of 4:").first).to_be_visible()
    expect(page.get_by_role("heading", name="The best of 4").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


@pytest.mark.thorough
def test_a_length_bias_is_looked_for_found_and_corrected(page: Page, app: App):
    page.goto(f"{app.url}/reward-model?rm_view=Length&al_model=Stories+by+the+bundled+model")
    settle(page)
    press_button(page, "Let it learn")
    expect(page.get_by_text("and the reward hardly goes with length").first).to_be_visible()
    press_button(page, "Take a judge who likes length")
    expect(page.get_by_text("6 tokens more are worth a place").first).to_be_visible()
    expect(page.get_by_text("and the reward hardly goes with length").first).to_be_visible()  # nothing was started
    press_button(page, "Let it learn")
    expect(page.get_by_text("in 65% of the pairs, and the reward has learnt that").first).to_be_visible()
    expect(page.get_by_text("Corrected: correlation +0.00").first).to_be_visible()
    expect(page.get_by_text("What the correction wins back.").first).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


@pytest.mark.thorough
def test_updates_that_are_stopped_still_show_what_they_have_changed(page: Page, app: App):
    page.goto(f"{app.url}/policy?po_view=DPO%3A+from+pairs&po_model=Bundled+base+model&dpo_steps=120")
    settle(page)
    press_button(page, "Tune")
    expect(page.get_by_text(re.compile(r"Update \d+ of 120")).first).to_be_visible()
    with app.held():
        press_button(page, "Stop")
    after = page.get_by_role("heading", name=re.compile(r"After \d+ updates"))
    expect(after.first).to_be_visible()
    assert 0 < int(re.search(r"\d+", after.first.inner_text())[0]) < 120
    expect(page.get_by_role("heading", name="Before: ").first).to_be_visible()
    expect(page.get_by_role("button", name="Tune").first).to_be_enabled()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


@pytest.mark.thorough
def test_a_secret_rule_is_guessed(page: Page, app: App):
    page.goto(f"{app.url}/secret-rule?sr_seed=2")
    settle(page)
    press_button(page, "Vote and tune")
    expect(page.get_by_role("heading", name="Before the votes").first).to_be_visible()
    rule = page.get_by_role("radio", name="with more “the”")
    act_until(
        page.get_by_text("per answer before the votes").first,
        lambda limit_ms: rule.press("Space", timeout=limit_ms),
    )
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
