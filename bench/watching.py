"""How smoothly a page follows a run: a browser watches the chart of losses, frame by frame, with nobody else there.

An update is a frame in which the lines of the chart are others than before; flicker is a frame after the first picture
without lines, or with a chart that Streamlit has begun to fade.
"""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page

from bench.line import Line
from bench.pages import chromium
from tests.browser.conftest import settle
from tests.browser.server import running_app

LONG_RUN = "live-lora?model=Bundled+base+model&steps=300&ask=0"
WATCHED_S = 15
"""Longer than the seconds after which a page asks a run with little news more rarely."""
WATCH = """() => {
  const seen = window.seen = { updates: 0, flicker: 0, last: null, began: performance.now(), over: null };
  const end = seen.began + 1000 * WATCHED_S;
  const look = () => {
    const chart = document.querySelector('.st-key-loss .js-plotly-plot');
    const lines = chart ? [...chart.querySelectorAll('.scatterlayer path.js-line')] : [];
    const drawn = lines.map(line => line.getAttribute('d')).join('|');
    let opacity = 1;
    for (let part = chart; part; part = part.parentElement) opacity = Math.min(opacity, getComputedStyle(part).opacity);
    if (!lines.length || opacity < 0.9) seen.flicker++;
    else if (drawn !== seen.last) { seen.updates++; seen.last = drawn; }
    const stop = [...document.querySelectorAll('button')].filter(each => each.innerText.trim().endsWith('Stop'));
    const going = stop.some(each => !each.disabled);
    if (going && performance.now() < end) requestAnimationFrame(look); else seen.over = performance.now();
  };
  look();
}""".replace("WATCHED_S", str(WATCHED_S))
"""Counts so long, or until Stop cannot be pressed any more."""


def lines() -> Iterator[Line]:
    with running_app(WORKERS="1") as app, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        _train(page, f"{app.url}/live-lora?model=Bundled+base+model&steps=5")  # the worker has imported all it needs
        updates_per_s, flicker = _watched(page, f"{app.url}/{LONG_RUN}")
        yield Line("chart updates a second, a long run on the bundled model", updates_per_s, "per s", 4, ">=")
        yield Line("  frames without the chart, or with a fading one", flicker, "", 0)


def _train(page: Page, url: str) -> None:
    page.goto(url)
    settle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("heading", name="What happened").wait_for(timeout=120_000)


def _watched(page: Page, url: str) -> tuple[float, int]:
    """(Updates a second, frames of flicker) from the first step on."""
    page.goto(url)
    settle(page)
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_text("tokens/s").first.wait_for()
    page.evaluate(WATCH)
    page.wait_for_function("seen.over", timeout=180_000)
    seen = page.evaluate("seen")
    page.get_by_role("button", name="Stop", exact=True).first.click()
    return 1000 * seen["updates"] / (seen["over"] - seen["began"]), seen["flicker"]
