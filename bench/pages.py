"""Time to the first page, and the memory of a run."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

import psutil
from playwright.sync_api import Browser, sync_playwright

from bench.line import Line
from lib import curriculum
from lib.classroom.storage.where import SQLITE
from lib.models.catalogue import BUNDLED, REAL, find
from lib.models.errors import ModelUnavailable
from tests.browser.chromium import ARGUMENTS, chromium_path
from tests.browser.conftest import settle
from tests.browser.server import App, running_app

MB = 1_000_000


LIVE_LORA = ("live-lora", "Start")
LAB = ("quantization-lab?rtn=false", "Measure")
"""A page, and the button that starts its run; the lab in the seven precisions of the libraries."""


def lines() -> Iterator[Line]:
    yield Line("start to first page usable", _first_page_s(), "s", 3)
    with tempfile.TemporaryDirectory() as empty:
        fetching = _first_page_s(FETCH_AT_START="1", MODELS_FOLDER=empty, HF_HUB_CACHE=empty)
    yield Line("the same, with a model fetched in the background", fetching, "s", 3)
    yield from _memory()


def _first_page_s(**environment: str) -> float:
    with chromium() as browser:
        page = browser.new_page()
        started = time.perf_counter()
        with running_app(**environment) as app:
            page.goto(app.url)
            settle(page)
            page.get_by_role("heading", level=1).wait_for()
            return time.perf_counter() - started


def _memory() -> Iterator[Line]:
    """Most memory while runs go, the workers' with the web process's, in a fresh app each time."""
    yield Line("memory, web process, every chapter opened", _every_chapter_bytes() / MB, "MB", 250)
    yield Line("memory, web and two workers, a run on each", peak_bytes(BUNDLED, LIVE_LORA, LIVE_LORA) / MB, "MB", 1200)
    # int8 and 4 bits bring kernels of their own into memory, and the reference's probabilities stay for comparison.
    yield Line("memory, the same, measuring seven precisions", peak_bytes(BUNDLED, LAB) / MB, "MB", 1200)
    with suppress(ModelUnavailable):
        find(REAL)
        yield Line(f"memory, the same, a run of {REAL}", peak_bytes(REAL, LIVE_LORA) / MB, "MB", 2200)
        yield Line(f"memory, the same, measuring {REAL}", peak_bytes(REAL, LAB) / MB, "MB", 2200)


def _every_chapter_bytes() -> int:
    """Of a server that has never held a room: the first one brings SQLAlchemy, 13 MB, into its memory."""
    with (
        tempfile.TemporaryDirectory() as empty,
        running_app(DATABASE_URL=f"{SQLITE}{empty}/rooms.sqlite") as app,
        chromium() as browser,
    ):
        page = browser.new_page()
        for chapter in curriculum.chapters():
            page.goto(f"{app.url}/{chapter.url_path}")
            settle(page)
        return app.process.memory_info().rss


def peak_bytes(model: str, *runs: tuple[str, str], entrypoint: str = "app.py", workers: int = 2) -> int:
    """Of a fresh app, from the first click until every run's page says what happened; each run is a student's own."""
    with running_app(entrypoint, WORKERS=str(workers)) as app, chromium() as browser:
        pages = [browser.new_context().new_page() for _ in runs]
        for page, (url_path, _) in zip(pages, runs, strict=True):
            page.goto(f"{app.url}/{url_path}{'&' if '?' in url_path else '?'}{urlencode({'model': model})}")
            settle(page)
        with _Peak(app) as peak:
            for page, (_, start) in zip(pages, runs, strict=True):
                page.get_by_role("button", name=start, exact=True).click()
            for page in pages:
                page.get_by_role("heading", name="What happened").wait_for(timeout=600_000)
        return peak.all_bytes


class _Peak:
    """Samples memory at 10 Hz, on a thread of its own, while the block runs."""

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
        while not self._over.wait(0.1):
            try:
                self.all_bytes = max(self.all_bytes, sum(map(_bytes_of, [self._app.process, *self._app.workers()])))
            except psutil.NoSuchProcess:
                continue


def _bytes_of(process: psutil.Process) -> int:
    """Resident memory, of which what processes share (torch's libraries, in every worker) is counted once in their sum.

    Linux calls it the proportional set size; elsewhere it is all of each.
    """
    memory = process.memory_full_info()
    return getattr(memory, "pss", memory.rss)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for the length of a block."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        try:
            yield launched
        finally:
            launched.close()
