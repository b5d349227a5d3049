"""Time to the first page, and the memory of a run."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from playwright.sync_api import Browser, sync_playwright

from bench.line import Line
from lib import curriculum
from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.browser.conftest import settle
from tests.browser.server import App, running_app

MB = 1_000_000


def lines() -> Iterator[Line]:
    yield from _first_page()
    yield from _memory_of_a_run()


def _first_page() -> Iterator[Line]:
    with chromium() as browser:
        page = browser.new_page()
        started = time.perf_counter()
        with running_app() as app:
            page.goto(app.url)
            settle(page)
            page.get_by_role("heading", level=1).wait_for()
            seconds = time.perf_counter() - started
        yield Line("start to first page usable", seconds, "s", 3)


def _memory_of_a_run() -> Iterator[Line]:
    """Highest resident memory while the default fine-tuning run goes, and while every precision is measured."""
    yield Line("memory, web process, every chapter opened", _every_chapter_bytes() / MB, "MB", 200)
    training = _peak("live-lora", "Start")
    measuring = _peak("quantization-lab", "Measure")
    yield Line("memory, web and one worker with a run", training.all_bytes / MB, "MB", 690)
    # int8 and 4 bits bring kernels of their own into memory, and the reference's probabilities stay for comparison.
    yield Line("memory, web and one worker measuring 14 precisions", measuring.all_bytes / MB, "MB", 800)


def _every_chapter_bytes() -> int:
    with running_app() as app, chromium() as browser:
        page = browser.new_page()
        for chapter in curriculum.chapters():
            page.goto(f"{app.url}/{chapter.url_path}")
            settle(page)
        return app.process.memory_info().rss


def _peak(url_path: str, start: str) -> _Peak:
    """Of a fresh app, from the click on `start` until the page says what happened."""
    with running_app() as app, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{app.url}/{url_path}")
        settle(page)
        with _Peak(app) as peak:
            page.get_by_role("button", name=start, exact=True).click()
            page.get_by_role("heading", name="What happened").wait_for(timeout=240_000)
        return peak


class _Peak:
    """Samples memory at 20 Hz, on a thread of its own, while the block runs."""

    def __init__(self, app: App) -> None:
        self._app, self._over = app, threading.Event()
        self.all_bytes = 0
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
            self.all_bytes = max(self.all_bytes, web + workers)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for the length of a block."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        try:
            yield launched
        finally:
            launched.close()
