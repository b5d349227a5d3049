"""A projector: its size, and what on it is too small to be read from the last row."""

from __future__ import annotations

from playwright.sync_api import Page

PROJECTOR = {"width": 1280, "height": 720}
LEAST_PIXELS = 0.022 * PROJECTOR["height"]
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


def too_small(page: Page) -> list[str]:
    """Each text below 2.2% of the screen's height, with its size in pixels."""
    return page.evaluate(SMALL, LEAST_PIXELS)
