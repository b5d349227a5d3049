"""The driver that plays a lesson without browsers does as a browser would."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.lesson.acts import QUICK
from bench.visitor import Visitor
from tests.waiting import LIMIT_S

pytestmark = pytest.mark.browser


async def places_after_a_link(url: str) -> dict[str, float]:
    """Where sliders stand for who has moved them, has been elsewhere and follows an instructor's link."""
    async with Visitor(url, "live-lora", QUICK) as student:
        for label in ("Steps", "Texts in a batch"):
            await student.move(label, 0.9)
        await student.go("join")
        await student.follow("live-lora", QUICK)
        assert not student.errors
        return {label: student.place(label) for label in ("Steps", "Texts in a batch")}


def test_a_link_puts_the_usual_settings_back(app):
    with ThreadPoolExecutor(1) as aside:  # Playwright's event loop may run in this thread
        found = aside.submit(asyncio.run, places_after_a_link(app.url)).result(LIMIT_S)
    assert found == {"Steps": 25, "Texts in a batch": 4}
