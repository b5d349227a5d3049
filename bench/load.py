"""A slider on a calculator page: one student, then a class of forty while a training run goes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

from bench.line import Line, percentile
from bench.pages import chromium
from bench.visitor import Visitor
from tests.browser.conftest import settle
from tests.browser.server import App, running_app

PAGE, SLIDER = "memory-calculator", "Context (tokens)"
STUDENTS, MOVES, EVERY_S = 40, 30, 1.0
MB = 1_000_000


def lines() -> Iterator[Line]:
    with running_app() as app:
        alone, errors = asyncio.run(_class_of(app, students=1, moves=100, every_s=0.0))
        yield Line("slider, script time p95, one student", 1000 * percentile(alone, 0.95), "ms", 60)
        with chromium() as browser:
            page = browser.new_page()
            page.goto(f"{app.url}/live-lora?steps=300")
            settle(page)
            page.get_by_role("button", name="Start", exact=True).click()
            page.get_by_text("Held-out loss:").wait_for(timeout=60_000)
            before = app.process.memory_info().rss
            crowd, crowd_errors = asyncio.run(_class_of(app, STUDENTS, MOVES, EVERY_S))
            grown = app.process.memory_info().rss - before
            page.get_by_role("button", name="Stop", exact=True).click()
        name = f"slider, script time p95, {STUDENTS} students and a run"
        yield Line(name, 1000 * percentile(crowd, 0.95), "ms", 300)
        yield Line("errors seen by them", errors + crowd_errors, "", 0)
        yield Line(f"memory of the web process grown by {STUDENTS} students", grown / MB, "MB", 200)


async def _class_of(app: App, students: int, moves: int, every_s: float) -> tuple[list[float], int]:
    """(seconds of every move, exceptions shown) of students who each move the slider `moves` times."""

    async def student(seed: int) -> tuple[list[float], int]:
        rng = random.Random(seed)
        await asyncio.sleep(rng.random() * every_s)
        async with Visitor(app.url, PAGE) as visitor:
            times = []
            for _ in range(moves):
                times.append(await visitor.move(SLIDER, rng.random()))
                await asyncio.sleep(max(0.0, every_s - times[-1]))
            return times, visitor.errors

    told = await asyncio.gather(*(student(seed) for seed in range(students)))
    return [seconds for times, _ in told for seconds in times], sum(errors for _, errors in told)
