"""A student answers an item, lets the model answer, and asks the model for something to score."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser


def test_the_model_answers_after_the_student(page: Page, app):
    page.goto(f"{app.url}/benchmarks?model=Bundled+base+model")
    settle(page)
    expect(page.get_by_role("button", name="Let the model answer")).to_have_count(0)
    page.get_by_text("walked out into the snow.").click()
    page.get_by_role("button", name="Let the model answer").click()
    expect(page.get_by_text("How the real benchmark does it.").first).to_be_visible()


def test_a_benchmark_s_score_survives_a_reload(page: Page, app):
    page.goto(f"{app.url}/benchmarks?view=A+score")
    settle(page)
    page.get_by_role("button", name="Run the benchmark").click()
    expect(page.get_by_text("Guessing gives").first).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_text("Guessing gives").first).to_be_visible()


def test_what_the_model_writes_is_scored(page: Page, app):
    page.goto(f"{app.url}/no-one-metric")
    settle(page)
    page.get_by_role("button", name="Ask the model").click()
    expect(page.get_by_text("ROUGE-1 F1", exact=True).first).to_be_visible()


def test_moving_a_weight_to_its_flip_changes_the_winner(page: Page, app):
    page.goto(f"{app.url}/choosing-a-model?w_latency=5.0")
    settle(page)
    before = page.get_by_text("scores 0.").first.inner_text()
    page.goto(f"{app.url}/choosing-a-model?w_latency=3.0")
    settle(page)
    assert page.get_by_text("scores 0.").first.inner_text().split(" scores")[0] != before.split(" scores")[0]
