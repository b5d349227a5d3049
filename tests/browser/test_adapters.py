"""A student clicks through a transformer block, sorts a card and walks a path, by mouse and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import act_until, press, settle, turn
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_an_adapter_is_chosen_and_its_rank_turned_by_keyboard(page: Page, app: App):
    page.goto(f"{app.url}/adapters")
    settle(page)
    expect(page.get_by_text("3,407,872").first).to_be_visible()
    turn(page.get_by_role("slider", name="Rank r"), "ArrowRight")
    expect(page.get_by_text("6,815,744").first).to_be_visible()
    page.goto(f"{app.url}/adapters?ad_view=How+low+is+the+rank")
    settle(page)
    turn(page.get_by_role("slider", name="Keep rank r of every ΔW"), "Home")
    expect(page.get_by_text("Rank 1 keeps").first).to_be_visible()


@pytest.mark.thorough
def test_a_click_into_the_block_and_the_buttons_choose_the_same(page: Page, app: App):
    page.goto(f"{app.url}/adapters")
    settle(page)
    _click_into_block(page, "series", "mlp")
    expect(page.get_by_text("Series, width m = 64, trains").first).to_be_visible()
    expect(page.get_by_role("button", name="MLP", exact=True)).to_have_attribute("aria-pressed", "true")
    _click_into_block(page, "series", "attention")
    expect(page.get_by_role("button", name="attention", exact=True)).to_have_attribute("aria-pressed", "true")
    _click_into_block(page, "series", "attention")
    expect(page.get_by_role("button", name="attention", exact=True)).to_have_attribute("aria-pressed", "false")
    _click_into_block(page, "prefix", "cache")
    expect(page.get_by_text("Prefix, virtual tokens = 16").first).to_be_visible()
    by_keyboard = page.get_by_role("radio", name="IA3", exact=True)
    act_until(page.get_by_text("IA3 trains").first, lambda limit_ms: by_keyboard.press("Space", timeout=limit_ms))
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


HEARD = """chart => {
  window.heard ??= 0;
  if (!chart.counts) {
    chart.counts = true;
    chart.on('plotly_click', () => { window.heard++; });
  }
  return window.heard;
}"""
"""Kept by the window: the chart may be another one after the click, which it has changed."""


def _click_into_block(page: Page, kind: str, place: str) -> None:
    """Where a point of the drawing lies on the page, plotly alone knows; and whether it heard the click, since a
    drawing that is made anew meanwhile does not."""
    chart = page.locator(".js-plotly-plot").first
    for _ in range(10):
        settle(page)
        chart.scroll_into_view_if_needed()
        before = chart.evaluate(HEARD)
        x, y = chart.evaluate(
            """(chart, wanted) => {
                const {x, y, customdata} = chart.data[0], {xaxis, yaxis} = chart._fullLayout;
                const at = customdata.findIndex((each) => each[0] === wanted[0] && each[1] === wanted[1]);
                return [xaxis._offset + xaxis.d2p(x[at]), yaxis._offset + yaxis.d2p(y[at])];
            }""",
            [kind, place],
        )
        chart.click(position={"x": x, "y": y})
        if chart.evaluate(HEARD) > before:
            return
    pytest.fail(f"ten clicks on {kind}, {place} were not heard")


def test_a_card_is_sorted_by_keyboard(page: Page, app: App):
    page.goto(f"{app.url}/which-way?ww_view=Sort+the+cards")
    settle(page)
    for place, says in (
        ("every weight", "Every weight gets a gradient"),
        ("no weight at all", "nothing would be learnt"),
    ):
        card = page.get_by_role("radio", name=place, exact=True).first
        act_until(page.get_by_text(says).first, lambda limit_ms, card=card: card.press("Space", timeout=limit_ms))
    expect(page.get_by_text("Sorted: 1 of 9 cards; where they belong: 0").first).to_be_visible()


def test_a_path_is_walked(page: Page, app: App):
    page.goto(f"{app.url}/which-way")
    settle(page)
    press(page.get_by_role("radio", name="No", exact=True).or_(page.get_by_role("button", name="No", exact=True)))
    expect(page.get_by_text("given your documents in its prompt").first).to_be_visible()
