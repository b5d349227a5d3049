"""A slider on a calculator page: one student, then a class of forty while a training run goes.

Each of the forty moves it every two seconds, since who has moved it looks at what happened. At twice that pace one
interpreter has hardly any time left over: they wait for each other, half a second at the 95th percentile.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

from bench.line import Line, percentile
from bench.visitor import Visitor
from tests.browser.server import App, running_app

PAGE, SLIDER = "memory-calculator", "Conversations at once"
STUDENTS, MOVES, EVERY_S = 40, 15, 2.0
MB = 1_000_000


def lines() -> Iterator[Line]:
    with running_app() as app:
        _wait_until_warm(app)
        alone, errors = _class_of(app, students=1, moves=100, every_s=0.0)
        yield Line("slider, script time p95, one student", 1000 * percentile(alone, 0.95), "ms", 60)
        before = app.process.memory_info().rss
        crowd, crowd_errors = _class_of(app, STUDENTS, MOVES, EVERY_S, training=True)
        grown = app.process.memory_info().rss - before
        name = f"the same, {STUDENTS} students each {EVERY_S:g} s, and a run"
        yield Line(name, 1000 * percentile(crowd, 0.95), "ms", 300)
        yield Line("errors seen by them", errors + crowd_errors, "", 0)
        yield Line(f"memory of the web process grown by {STUDENTS} students", grown / MB, "MB", 200)


def _wait_until_warm(app: App) -> None:
    """Until the worker has imported what it needs, which takes it a few seconds once after a start."""
    while not app.workers() or any(worker.cpu_percent(interval=1.0) > 10 for worker in app.workers()):
        pass


def _class_of(
    app: App, students: int, moves: int, every_s: float, *, training: bool = False
) -> tuple[list[float], int]:
    """(seconds of every move, exceptions shown) of students who each move the slider `moves` times."""
    told = asyncio.run(_all(app, students, moves, every_s, training))
    return [seconds for times, _ in told for seconds in times], sum(errors for _, errors in told)


async def _all(app: App, students: int, moves: int, every_s: float, training: bool) -> list[tuple[list[float], int]]:
    run = asyncio.create_task(_train(app)) if training else None
    told = await asyncio.gather(*(_student(app, seed, moves, every_s) for seed in range(students)))
    if run is not None:
        if run.done():
            raise RuntimeError("the training run ended before the class did")
        run.cancel()
    return told


async def _train(app: App) -> None:
    """Start a run that outlasts the class, and follow it as its page does."""
    async with Visitor(app.url, "live-lora", "steps=300&batch=32") as visitor:
        await visitor.press("Start")
        while True:
            await asyncio.sleep(0.5)
            await visitor.look()
            if "Stop" not in visitor.enabled:
                return


async def _student(app: App, seed: int, moves: int, every_s: float) -> tuple[list[float], int]:
    rng = random.Random(seed)
    await asyncio.sleep(rng.random() * every_s)
    async with Visitor(app.url, PAGE) as visitor:
        times = []
        for _ in range(moves):
            times.append(await visitor.move(SLIDER, rng.random()))
            await asyncio.sleep(max(0.0, every_s - times[-1]))
        return times, visitor.errors
