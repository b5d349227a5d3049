"""The journey the lesson was built for: start a run, watch it, leave and come back, stop it, read what it learnt."""

from __future__ import annotations

import re
import signal
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from lib.models.catalogue import BUNDLED, REAL
from tests.browser.conftest import SCRIPT, press_button, scripts_run, settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def points(page: Page) -> int:
    """Held-out points drawn so far."""
    return page.locator(".js-plotly-plot .scatterlayer .trace").nth(1).locator(".point").count()


@pytest.mark.parametrize("model", [BUNDLED, pytest.param(REAL, marks=pytest.mark.thorough)])
def test_start_watch_reload_stop_read(page: Page, app: App, model: str):
    page.goto(f"{app.url}/live-lora?{urlencode({'model': model, 'steps': 300})}")
    settle(page)
    press_button(page, "Start")
    expect(page.get_by_text("Held-out loss:").first).to_be_visible()
    page.wait_for_function(
        "document.querySelectorAll('.js-plotly-plot .scatterlayer .trace:nth-of-type(2) .point').length > 1"
    )
    with app.held():
        before = points(page)
        page.reload()
        settle(page)
        expect(page.get_by_role("button", name="Stop", exact=True)).to_be_enabled()
    page.wait_for_function(
        f"document.querySelectorAll('.js-plotly-plot .scatterlayer .trace:nth-of-type(2) .point').length > {before}"
    )

    with app.held():
        press_button(page, "Stop")
    expect(page.get_by_text("Stopped by you").first).to_be_visible()
    expect(page.get_by_role("heading", name="What happened").first).to_be_visible()
    expect(page.get_by_text("Before: Teh C Siew").first).to_be_visible()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()

    page.get_by_label("Prompt", exact=True).fill("Auntie, one Teh")
    press_button(page, "Ask")
    expect(page.get_by_text("With the adapter").last).to_be_visible()
    expect(page.get_by_text("Auntie, one Teh").first).to_be_visible()

    page.reload()  # with a link that sets a control, and a run that is over
    settle(page)
    expect(page.get_by_label("Prompt", exact=True).first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.thorough
def test_a_worker_killed_in_its_first_steps_is_said_and_the_run_goes_on(page: Page, app: App):
    page.goto(f"{app.url}/live-lora?steps=300")
    settle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text(re.compile("Step [1-9]")).first).to_be_visible()
    for worker in app.workers():
        worker.send_signal(signal.SIGKILL)
    expect(page.get_by_text("The worker process that ran this was lost").first).to_be_visible()
    page.get_by_role("button", name="Go on from step").click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped by you").first).to_be_visible()


def test_a_diverging_learning_rate_is_one_sentence(page: Page, app: App):
    page.goto(f"{app.url}/live-lora?{urlencode({'model': BUNDLED, 'lr': 1000, 'steps': 60})}")
    settle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("a learning rate of 1000 is too high").first).to_be_visible()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()


@pytest.mark.thorough
def test_another_student_sees_nothing_of_it(page: Page, app: App, browser):
    page.goto(f"{app.url}/live-lora?steps=300")
    settle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_enabled()
    other = browser.new_context()
    neighbour = other.new_page()
    neighbour.goto(f"{app.url}/live-lora")
    settle(neighbour)
    expect(neighbour.get_by_role("button", name="Stop", exact=True)).to_be_disabled()
    expect(neighbour.get_by_text("Press Start").first).to_be_visible()
    other.close()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped by you").first).to_be_visible()


def test_a_bad_link_falls_back_and_says_so(page: Page, app: App):
    link = {"steps": "[9999](javascript:ran())", "rank": SCRIPT}
    page.goto(f"{app.url}/live-lora?{urlencode(link)}")
    settle(page)
    for name in link:
        expect(page.get_by_text(f"The link asks for {name} = “·").first).to_be_visible()  # a dot for each bracket
    assert scripts_run(page) == 0
    expect(page.get_by_role("slider", name="Steps")).to_have_value("25")


@pytest.mark.thorough
def test_a_paused_run_goes_on_after_a_reload_and_after_a_lost_worker_and_the_curve_is_whole(page: Page, app: App):
    page.goto(f"{app.url}/live-lora?model=Bundled+base+model&steps=300&show=Everything+a+run+tells")
    settle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("The same prompts, every few steps").first).to_be_visible()
    page.get_by_role("button", name="Pause", exact=True).click()
    onward = page.get_by_role("button", name="Go on from step")
    expect(onward.first).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_text("Paused by you").first).to_be_visible()
    onward.first.click()
    expect(page.get_by_role("button", name="Pause", exact=True).first).to_be_enabled()
    sitting = page.get_by_text(re.compile(r"about .* left"))  # told from the steps of this sitting
    expect(sitting.first).to_be_visible()
    for worker in app.workers():
        worker.send_signal(signal.SIGKILL)
    expect(page.get_by_text("The worker process that ran this was lost").first).to_be_visible()
    onward.first.click()
    expect(sitting.first).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text(re.compile(r"nats per token in \d+ steps")).first).to_be_visible()
    expect(page.get_by_role("cell", name="5", exact=True).first).to_be_visible()


@pytest.mark.thorough
def test_a_step_is_weighed(page: Page, app: App):
    page.goto(f"{app.url}/live-lora")
    settle(page)
    page.get_by_text("Weigh it", exact=True).first.click()
    expect(page.get_by_text("The calculator says this step will keep").first).to_be_visible()
    page.goto(f"{app.url}/live-lora?view=Weigh+it&model=Bundled+base+model&w_batch=2")
    settle(page)
    page.get_by_role("button", name="Weigh it", exact=True).click()
    expect(page.get_by_text("The calculator is right to").first).to_be_visible()
    expect(page.get_by_text("What pays, from most to least").first).to_be_visible()
