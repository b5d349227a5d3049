"""A case of the bug hunt: run, diagnosed, repaired by its numbers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from lib.training.faults.cases import cases
from tests.browser.conftest import settle
from tests.browser.server import App
from tests.faults import BY_KEY

pytestmark = pytest.mark.browser


@pytest.mark.thorough
def test_run_diagnose_repair(page: Page, app: App):
    fault = BY_KEY["dead_half"]
    page.goto(f"{app.url}/bug-hunt?bug_case={cases(0).index(fault) + 1}")
    settle(page)
    page.get_by_role("button", name="Run the case", exact=True).click()
    page.get_by_text(fault.cause, exact=True).click()
    expect(page.get_by_text("In your run:").first).to_be_visible()
    page.get_by_text("B only", exact=True).click()
    page.get_by_role("button", name="Run again", exact=True).click()
    expect(page.get_by_text("Repaired, by the numbers").first).to_be_visible()
    expect(page.get_by_text("1 of 10 found, 1 repaired").first).to_be_visible()
