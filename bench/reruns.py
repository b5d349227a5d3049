"""What one moved slider costs on each page that has one: until the script has run, and in processor time of the server.

Forty who move one each two to three seconds are sixteen moves a second, so 30 ms of processor time a move are half of
what one web process has; how long a student then waits is measured in `load.py` and in `lesson/`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

from bench.line import Line, percentile
from bench.load import wait_until_warm
from bench.visitor import Visitor
from lib import curriculum
from tests.browser.server import App, running_app

BEHIND = (
    ("scaling-laws", "sl_view=Fit+your+own"),
    ("prompting", "pr_view=Hard%2C+soft%2C+LoRA"),
    ("adapters", "ad_view=How+low+is+the+rank"),
    ("prompt-formats", "formats_view=Learn+one%2C+ask+another"),
)
"""Views with sliders that are not the first of their page."""
FIRST_MOVES, MOVES = 6, 40
"""The first ones fill what pages keep of their results."""


def lines() -> Iterator[Line]:
    with running_app() as app:
        wait_until_warm(app)
        for chapter in curriculum.chapters():
            yield from asyncio.run(_moves(app, chapter.url_path))
        for page, query in BEHIND:
            yield from asyncio.run(_moves(app, page, query))


async def _moves(app: App, page: str, query: str = "") -> list[Line]:
    """Every slider of a page is as likely to be moved as any other, to any place."""
    rng = random.Random(page)
    async with Visitor(app.url, page, query) as visitor:
        if not visitor.sliders:
            return []
        for _ in range(FIRST_MOVES):
            await visitor.move(rng.choice(visitor.sliders), rng.random())
        before_s, times = _processor_s(app), []
        for _ in range(MOVES):
            times.append(await visitor.move(rng.choice(visitor.sliders), rng.random()))
        await asyncio.sleep(0.1)  # what is left to do after the last message
        processor_s = (_processor_s(app) - before_s) / MOVES
    return [
        Line(f"slider, {page} {query}".rstrip() + ": processor time a move", 1000 * processor_s, "ms", 30),
        Line("  script time p95, one student", 1000 * percentile(times, 0.95), "ms", 40),
        Line("  errors seen", visitor.errors, "", 0),
    ]


def _processor_s(app: App) -> float:
    """Of the web process, its workers not counted."""
    spent = app.process.cpu_times()
    return spent.user + spent.system
