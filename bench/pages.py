"""What a visitor feels: time to the first page, and script time of a slider, alone and in a full class."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psutil
from playwright.sync_api import Browser, sync_playwright

from bench.line import Line, percentile
from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.browser.conftest import settle
from tests.browser.server import App, running_app

MB = 1_000_000


def lines() -> Iterator[Line]:
    yield from _first_page()
    yield from _memory_of_a_run()


def _first_page() -> Iterator[Line]:
    started = time.perf_counter()
    with running_app() as app, _browser() as browser:
        page = browser.new_page()
        page.goto(app.url)
        settle(page)
        page.get_by_role("heading", level=1).wait_for()
        yield Line("start to first page usable", time.perf_counter() - started, "s", 3)


def _memory_of_a_run() -> Iterator[Line]:
    """Highest resident memory of the web process and its worker while the default run goes, sampled at 20 Hz."""
    with running_app() as app, _browser() as browser:
        page = browser.new_page()
        page.goto(f"{app.url}/live-lora")
        settle(page)
        with _Peak(app) as peak:
            page.get_by_role("button", name="Start", exact=True).click()
            page.get_by_role("heading", name="What happened").wait_for(timeout=120_000)
        yield Line("memory, web process", peak.web_bytes / MB, "MB", 200)
        yield Line("memory, web and one worker with a run", peak.all_bytes / MB, "MB", 690)


class _Peak:
    """Samples memory on a thread of its own while the block runs."""

    def __init__(self, app: App) -> None:
        self._app, self._over = app, threading.Event()
        self.web_bytes = self.all_bytes = 0
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> _Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(0.05):
            try:
                web = self._app.process.memory_info().rss
                workers = sum(worker.memory_info().rss for worker in self._app.workers())
            except psutil.NoSuchProcess:
                continue
            self.web_bytes = max(self.web_bytes, web)
            self.all_bytes = max(self.all_bytes, web + workers)


class _browser:  # noqa: N801 (used as a context)
    """Chromium for the length of a block."""

    def __enter__(self) -> Browser:
        self._playwright = sync_playwright().start()
        self._launched = self._playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        return self._launched

    def __exit__(self, *_: object) -> None:
        self._launched.close()
        self._playwright.stop()


__all__ = ["lines", "percentile"]
