"""The first view of every page: what it costs the server, what a browser loads for it, when it can be used.

That is every chapter, and every page beside the course as who has no key sees it: of the operator's page the form that
asks for the key. What it shows after that is no first view. The stage is left out: it has nothing to see, and is only
passed through between two demos.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from playwright.sync_api import Browser

from bench.line import Line
from bench.pages import MB, chromium
from bench.visitor import Visitor, new_browser
from lib import curriculum
from lib.ui.home.every_page import BESIDE
from tests.browser.conftest import settle
from tests.browser.server import App, running_app

HEAVIEST_MB = 12
"""Nearly all of it are Streamlit's and plotly's own scripts, which a browser keeps for all pages that follow."""
LOADED = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .reduce((sum, each) => sum + each.transferSize, 0)"""


def lines() -> Iterator[Line]:
    with running_app(WORKERS="1") as app:
        # The first visitor of all has every table of facts read, and every chapter's modules imported.
        for visitor, bound in (("the server's first visitor", 1000), ("every other", 300)):
            dearest, milliseconds = max(asyncio.run(_script_times(app)).items(), key=lambda each: each[1])
            yield Line(f"first view, script time of {visitor}: {dearest}", milliseconds, "ms", bound)
        yield from _in_a_browser(app)


def _paths() -> dict[str, str]:
    """Where each page is, by name."""
    chapters = {chapter.slug: chapter.url_path for chapter in curriculum.chapters()}
    return chapters | {name: name for name in BESIDE if name != "stage"}


def _in_a_browser(app: App) -> Iterator[Line]:
    weights, usable = {}, {}
    with chromium() as browser:
        for name, path in _paths().items():
            weights[name], usable[name] = _in_a_new_browser(app, browser, path)
    heaviest, slowest = max(weights, key=weights.get), max(usable, key=usable.get)
    yield Line(f"first view, loaded by a new browser: {heaviest}", weights[heaviest] / MB, "MB", HEAVIEST_MB)
    yield Line(f"first view, until it can be used: {slowest}", usable[slowest], "s", 3)


async def _script_times(app: App) -> dict[str, float]:
    """Milliseconds of processor time of the web process for each page, opened by a student who is new."""
    found = {}
    for name, path in _paths().items():
        token = await new_browser(app.url)
        before = app.process.cpu_times()
        async with Visitor(app.url, path, token=token):
            after = app.process.cpu_times()
        found[name] = 1000 * (after.user + after.system - before.user - before.system)
    return found


def _in_a_new_browser(app: App, browser: Browser, path: str) -> tuple[float, float]:
    """Bytes loaded, the messages of Streamlit included, and seconds until the page can be used."""
    with browser.new_context() as context:
        page, said = context.new_page(), []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: said.append(len(frame))))
        started = time.perf_counter()
        page.goto(f"{app.url}/{path}")
        settle(page)
        page.get_by_role("heading", level=1).first.wait_for()
        seconds = time.perf_counter() - started
        return page.evaluate(LOADED) + sum(said), seconds
