"""A chapter on a projector, led by a clicker and by keys: large, without a sidebar, one part at a time."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from lib import curriculum
from lib.lesson.presenting.steps import steps_of
from tests.browser.conftest import settle
from tests.browser.server import App

pytestmark = pytest.mark.browser
CHAPTER = curriculum.chapter("pretraining_cost")
READABLE_PIXELS = 0.022 * 720
SMALL = """least => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), small = [];
  while (words.nextNode()) {
    const text = words.currentNode.textContent.replace(/\\u200b/g, '').trim(), holder = words.currentNode.parentElement;
    if (!text || ['STYLE', 'SCRIPT', 'NOSCRIPT'].includes(holder.tagName)) continue;
    if (!holder.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    if (!holder.getBoundingClientRect().height) continue;
    const pixels = parseFloat(getComputedStyle(holder).fontSize);
    if (pixels < least) small.push(`${pixels}: ${text}`);
  }
  return small;
}"""


def _keys_heard(page: Page) -> None:
    """Wait for the buttons: their script is fetched after the page's words, and a key before that is lost."""
    settle(page)
    expect(page.get_by_role("button", name="Next").first).to_be_visible()
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def test_a_clicker_leads_through_large_parts_and_keys_reveal(page: Page, app: App):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{app.url}/{CHAPTER.url_path}?present=1")
    steps = steps_of(CHAPTER)
    for place, step in enumerate(steps, start=1):
        expect(page.get_by_text(f"{step.label} ({place} of {len(steps)})").first).to_be_visible()
        _keys_heard(page)
        expect(page.locator("[data-testid=stSidebar]")).to_have_count(0)
        # The experiment always runs; it is to be seen at its own step only.
        expect(page.locator(".js-plotly-plot:visible")).to_have_count(0 if step.part != "experiment" else 1)
        assert not page.evaluate(SMALL, READABLE_PIXELS)
        if step.part == "predict":
            right = next(option for option in CHAPTER.predict.options if option.correct)
            expect(page.get_by_text(right.why)).to_have_count(0)
            page.keyboard.press("a")
            expect(page.get_by_text(right.why).first).to_be_visible()
        if place < len(steps):
            _keys_heard(page)
            page.keyboard.press("PageDown" if place % 2 else "ArrowRight")
    page.keyboard.press("PageUp")
    expect(page.get_by_text(f"({len(steps) - 1} of {len(steps)})").first).to_be_visible()
    _keys_heard(page)
    page.keyboard.press("x")
    expect(page.locator("[data-testid=stSidebar]").first).to_be_visible()
