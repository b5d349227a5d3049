"""Two journeys: a bit is clicked and the number follows; a model is measured and the page says what it found."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from lib.models.catalogue import BUNDLED, REAL
from tests.browser.conftest import press_button, settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_a_clicked_bit_changes_the_number_and_the_link(page: Page, app: App):
    page.goto(f"{app.url}/number-formats?format=fp16&value=1.0")
    settle(page)
    page.get_by_role("button", name="16", exact=True).click()
    # The exponent was 01111; with its highest bit it is 11111, which is how fp16 writes infinity.
    expect(page.get_by_label("Value", exact=True)).to_have_value("inf")
    expect(page).to_have_url(re.compile("value=inf"))


@pytest.mark.thorough
def test_one_outlier_ruins_a_scale(page: Page, app: App):
    page.goto(f"{app.url}/number-formats?experiment=A+real+weight+matrix")
    settle(page)
    page.get_by_text("Plant one outlier").click()
    expect(page.get_by_text("One value ruins a scale").first).to_be_visible()
    expect(page.get_by_text("One weight of").first).to_be_visible()


def test_measure_reload_stop_and_read(page: Page, app: App):
    measure_and_reload(page, app, BUNDLED)
    expect(page.get_by_text("speed is a median of repeats").first).to_be_visible()  # the first row is there
    press_button(page, "Stop")
    expect(page.get_by_role("heading", name="What happened").first).to_be_visible()
    expect(page.get_by_role("button", name="Measure").first).to_be_enabled()


@pytest.mark.thorough
@pytest.mark.parametrize("model", [BUNDLED, REAL])
def test_measure_to_the_end_and_read(page: Page, app: App, model: str):
    measure_and_reload(page, app, model)
    expect(page.get_by_role("heading", name="What happened").first).to_be_visible()
    expect(page.get_by_text("is the smallest").first).to_be_visible()
    expect(page.get_by_text("not measured yet")).to_have_count(0)
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= page.viewport_size["width"]


def measure_and_reload(page: Page, app: App, model: str) -> None:
    page.goto(f"{app.url}/quantization-lab?rtn=false&tokens=512&model={quote(model)}")
    press_button(page, "Measure")
    expect(page.get_by_role("button", name="Stop", exact=True).first).to_be_enabled()
    page.reload()
    expect(page.get_by_role("button", name="Stop", exact=True).first).to_be_enabled()
