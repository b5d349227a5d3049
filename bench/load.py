"""A slider on a calculator page: one student, then a class of forty; and the class that presses Start at once.

Each of the forty moves the slider every two seconds, since who has moved it looks at what happened, while forty others
have pressed Start within ten seconds and follow their runs as the page does.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator

from bench.following import WAITS_OFF, FollowedRun
from bench.line import Line, percentile
from bench.visitor import Visitor
from tests.browser.server import App, running_app

PAGE, SLIDER = "memory-calculator", "Conversations at once"
STUDENTS, MOVES, EVERY_S = 40, 15, 2.0
WITHIN_S = 10.0
QUICK = "model=Bundled%20base%20model"
LONGEST_RUN_S = 600.0
MB = 1_000_000
Followed = tuple[FollowedRun, Visitor]


def lines() -> Iterator[Line]:
    with running_app() as app:
        wait_until_warm(app)
        alone, errors = asyncio.run(_student(app, seed=0, moves=100, every_s=0.0))
        yield Line("slider, script time p95, one student", 1000 * percentile(alone, 0.95), "ms", 40)
        yield Line("errors seen", errors, "", 0)
        yield from _a_class_presses_start(app)


def _a_class_presses_start(app: App) -> Iterator[Line]:
    before = app.process.memory_info().rss
    followers, (moves, errors) = asyncio.run(_start_and_move(app))
    grown = app.process.memory_info().rss - before
    looks = [seconds for _, visitor in followers for seconds in visitor.seconds["look"]]
    last_s = max(run.over_at for run, _ in followers) - min(run.pressed_at for run, _ in followers)
    wrong = [error for run, _ in followers for error in run.wrong()]
    yield Line(f"{STUDENTS} press Start within {WITHIN_S:g} s: the last one's run is over", last_s, "s", 120)
    yield Line(
        f"  a slider meanwhile, {STUDENTS} students each {EVERY_S:g} s, p95", 1000 * percentile(moves, 0.95), "ms", 200
    )
    yield Line("  a page that follows its run, p95", 1000 * percentile(looks, 0.95), "ms", 200)
    yield Line(WAITS_OFF, 100 * percentile(wrong, 0.95), "%", 33)
    yield Line("  errors seen", errors + sum(visitor.errors for _, visitor in followers), "", 0)
    yield Line("  memory of the web process grown", grown / MB, "MB", 200)


async def _start_and_move(app: App) -> tuple[list[Followed], tuple[list[float], int]]:
    opened = asyncio.Barrier(2 * STUDENTS)  # a class has its pages open before anyone presses
    following = [asyncio.create_task(_press_start(app, seed, opened)) for seed in range(STUDENTS)]
    moved = await asyncio.gather(*(_student(app, seed, MOVES, EVERY_S, opened) for seed in range(STUDENTS)))
    moves = [seconds for times, _ in moved for seconds in times]
    return await asyncio.gather(*following), (moves, sum(errors for _, errors in moved))


async def _press_start(app: App, seed: int, opened: asyncio.Barrier) -> Followed:
    """Press Start at some moment of the first ten seconds, and follow the run to its end as its page does."""
    async with Visitor(app.url, "live-lora", QUICK) as visitor:
        await opened.wait()
        await asyncio.sleep(random.Random(seed).random() * WITHIN_S)
        run = FollowedRun(pressed_at=time.monotonic())
        await visitor.press("Start")
        await visitor.stay(LONGEST_RUN_S, until=lambda: run.note(visitor))
    return run, visitor


def wait_until_warm(app: App) -> None:
    """Until the worker has imported what it needs, which takes it a few seconds once after a start."""
    while not app.workers() or any(worker.cpu_percent(interval=1.0) > 10 for worker in app.workers()):
        pass


async def _student(
    app: App, seed: int, moves: int, every_s: float, opened: asyncio.Barrier | None = None
) -> tuple[list[float], int]:
    """(seconds of every move, exceptions shown) of one student who moves the slider `moves` times."""
    rng = random.Random(seed)
    async with Visitor(app.url, PAGE) as visitor:
        if opened is not None:
            await opened.wait()
        await asyncio.sleep(rng.random() * every_s)
        times = []
        for _ in range(moves):
            times.append(await visitor.move(SLIDER, rng.random()))
            await asyncio.sleep(max(0.0, every_s - times[-1]))
        return times, visitor.errors
