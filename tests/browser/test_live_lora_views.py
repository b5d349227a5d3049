"""Compare and Inside: a sweep through a reload and a lost worker, and parts that come by themselves."""

from __future__ import annotations

import re
import signal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser
SWEEP = "view=Compare&cmp_what=Sweep+one+setting&sweep_steps=5&sweep_seeds=2"


def test_a_sweep_survives_a_reload_and_goes_on_after_a_lost_worker(page: Page, app: App):
    page.goto(f"{app.url}/live-lora?{SWEEP}")
    settle(page)
    page.get_by_role("button", name="Sweep", exact=True).click()
    expect(page.get_by_text("Run 2 of 8").first).to_be_visible()
    page.reload()
    settle(page)
    for worker in app.workers():
        worker.send_signal(signal.SIGKILL)
    expect(page.get_by_text("The worker process that ran this was lost").first).to_be_visible()
    page.get_by_role("button", name="Go on with the").click()
    expect(page.get_by_text(re.compile("spread of .* between seeds")).first).to_be_visible()
    for label in ("r = 1", "r = 4", "r = 16", "r = 64"):
        expect(page.locator(".annotation").filter(has_text=label).first).to_be_visible()


def test_the_dial_comes_by_itself_when_the_run_is_over(page: Page, app: App):
    page.goto(f"{app.url}/live-lora?model=Bundled+base+model&steps=60&inside_part=The+dial")
    settle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("tokens/s").first).to_be_visible()
    page.get_by_text("Inside", exact=True).first.click()
    expect(page.get_by_text("Your run is not over yet").first).to_be_visible()
    page.get_by_role("button", name="Ask at every strength", exact=True).click()
    expect(page.get_by_text("λ = 1:").first).to_be_visible()


def test_two_adapters_are_trained_at_one_press_and_mixed(page: Page, app: App):
    page.goto(f"{app.url}/live-lora?view=Inside&inside_part=Two+adapters")
    settle(page)
    page.get_by_role("button", name="Train an adapter each on").click()
    page.get_by_role("button", name="Mix them", exact=True).click()
    expect(page.get_by_text("Both at full strength").first).to_be_visible()
