"""Compare, Inside and Out: a sweep through a reload and a lost worker, parts that come by themselves, and files."""

from __future__ import annotations

import re
import signal
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser
SWEEP = "view=Compare&cmp_what=Sweep+one+setting&sweep_steps=5&sweep_seeds=2"


@pytest.mark.thorough
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
    page.get_by_role("button", name="Go on with what is left").click()
    expect(page.get_by_text(re.compile("spread of .* between seeds")).first).to_be_visible()
    for label in ("r = 1", "r = 4", "r = 16", "r = 64"):
        expect(page.locator(".annotation").filter(has_text=label).first).to_be_visible()


@pytest.mark.thorough
def test_the_dial_comes_by_itself_when_the_run_is_over(page: Page, app: App):
    page.goto(f"{app.url}/live-lora?model=Bundled+base+model&steps=60&inside_part=The+dial")
    settle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("tokens/s").first).to_be_visible()
    page.get_by_text("Inside", exact=True).first.click()
    expect(page.get_by_text("Your run is not over yet").first).to_be_visible()
    page.get_by_role("button", name="Ask at every strength", exact=True).click()
    expect(page.get_by_text("λ = 1:").first).to_be_visible()


@pytest.mark.thorough
def test_two_adapters_are_trained_at_one_press_and_mixed(page: Page, app: App):
    page.goto(f"{app.url}/live-lora?view=Inside&inside_part=Two+adapters")
    settle(page)
    page.get_by_role("button", name="Train an adapter each on").click()
    page.get_by_role("button", name="Mix them", exact=True).click()
    expect(page.get_by_text("Both at full strength").first).to_be_visible()


@pytest.mark.thorough
def test_methods_are_compared_and_each_run_is_taken_along(page: Page, app: App):
    page.goto(f"{app.url}/live-lora?view=Compare&cmp_steps=5&cmp_seeds=1&cmp_2=IA3&cmp_3=Prefix+tuning&cmp_4=Nothing")
    settle(page)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("spread is the largest less the smallest over the seeds").first).to_be_visible()
    expect(page.get_by_role("button", name="Compare", exact=True).first).to_be_enabled()

    page.get_by_text("Out", exact=True).first.click()
    expect(page.get_by_label("Which of its runs").first).to_be_visible()
    assert "ia3_config(" in downloaded(page, "Script").read_text(encoding="utf-8")


def test_what_a_run_leaves_is_downloaded_and_merged(page: Page, app: App):
    page.goto(f"{app.url}/live-lora?model=Bundled+base+model&steps=10")
    settle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="What happened").first).to_be_visible()

    page.get_by_text("Out", exact=True).first.click()
    expect(page.get_by_text("bit for bit the same").first).to_be_visible()
    script = downloaded(page, "Script").read_text(encoding="utf-8")
    compile(script, "repeat-run.py", "exec")
    assert "steps: int = 10" in script
    with zipfile.ZipFile(downloaded(page, re.compile(r"^.*Adapter \(zip"))) as adapter:
        assert {"adapter_config.json", "adapter_model.safetensors"} <= set(adapter.namelist())

    page.get_by_role("button", name="Merge and compare").click()
    expect(page.get_by_text("so the difference is rounding").first).to_be_visible()
    expect(page.get_by_role("button", name="Merged model (zip").first).to_be_visible()


def downloaded(page: Page, button: str | re.Pattern[str]) -> Path:
    """The file that comes when a button with this name is pressed."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).first.click()
    return Path(download.value.path())
