"""The memory calculator in Chromium: a preset, a change that makes it fit, a link that comes back, a phone."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_from_too_large_to_a_link_that_fits(app: App, page: Page) -> None:
    page.goto(f"{app.url}/memory-calculator?job=Train+it&model=Llama-3.1-8B&gpu=RTX+4090&method=QLoRA")
    settle(page)
    bar = page.locator(".js-plotly-plot").first
    expect(bar).to_contain_text("Does not fit")
    expect(bar).to_contain_text("RTX 4090")
    page.get_by_role("button", name="Apply").first.click()
    expect(bar).to_contain_text("Fits:")
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    data = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert data["setup"]["checkpointing"] is True
    assert data["total_bytes"] <= data["usable_bytes"]
    link = page.locator('[data-testid="stCode"]').last.inner_text().strip()
    page.goto(link)
    settle(page)
    expect(page.locator(".js-plotly-plot").first).to_contain_text("Fits:")


@pytest.mark.thorough
@pytest.mark.parametrize("path", ["memory-calculator", "kv-cache?part=Pages+against+reservation", "training-dilemma"])
def test_nothing_sticks_out_on_a_phone(app: App, page: Page, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app.url}/{path}")
    settle(page)
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_attached()
    wide = "() => document.querySelector('[data-testid=stMain]').scrollWidth"
    assert page.evaluate(wide) <= 390
