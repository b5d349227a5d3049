"""How often the chart of a run is drawn anew in a browser, and whether it is the same chart all the time."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from bench.line import Line
from bench.pages import chromium
from lib.models.catalogue import BUNDLED
from tests.browser.conftest import settle
from tests.browser.server import running_app

WATCHED_MS = 5_000
COUNT = """
(milliseconds) => new Promise(resolve => {
  const chart = document.querySelector('.js-plotly-plot')
  const began = performance.now()
  let updates = 0
  chart.on('plotly_afterplot', () => { updates += 1 })
  setTimeout(() => resolve({
    updates,
    seconds: (performance.now() - began) / 1000,
    same: chart === document.querySelector('.js-plotly-plot'),
  }), milliseconds)
})
"""
"""plotly tells after each drawing (https://plotly.com/javascript/plotlyjs-events/#afterplot-event)."""


def lines() -> Iterator[Line]:
    seen = _while_a_run_goes()
    yield Line("chart updates a second while a run goes", seen["updates"] / seen["seconds"], "1/s", 4, ">=")
    yield Line("  charts that took the place of the first (flicker)", float(not seen["same"]), "", 0)


def _while_a_run_goes() -> dict:
    with running_app() as app, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{app.url}/live-lora?{urlencode({'model': BUNDLED, 'steps': 300})}")
        settle(page)
        page.get_by_role("button", name="Start", exact=True).click()
        page.get_by_text("tokens/s").wait_for(timeout=120_000)
        return page.evaluate(COUNT, WATCHED_MS)
