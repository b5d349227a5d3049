"""A student asks whether size matters: the landscape, a law by keyboard, a fit of their own and its error."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from lib.lesson.scaling.own import recorded
from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_size_and_a_law_of_one_s_own(page: Page, app: App):
    page.goto(f"{app.url}/model-sizes")
    settle(page)
    expect(page.get_by_text("do not disclose their size").first).to_be_visible()
    choose(page, "Size against text")
    expect(page.get_by_text("20 tokens for every parameter").first).to_be_visible()
    page.goto(f"{app.url}/scaling-laws")
    settle(page)
    tokens = page.get_by_role("slider", name="Tokens D")
    tokens.focus()
    tokens.press("End")
    expect(
        page.get_by_text("smaller than this budget's best").or_(page.get_by_text("times smaller")).first.first
    ).to_be_visible()
    choose(page, "Fit your own")
    choose(page, "Least squares")
    page.get_by_role("button", name="show the sixth run").click()
    expect(page.get_by_text(f"{recorded().hidden.nats_per_token:.3f}").first).to_be_visible()
    expect(page.get_by_text("Twelve fits to the same five points").first).to_be_visible()


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name)).first.click()
    settle(page)
