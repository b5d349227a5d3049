"""Two web processes on one PostgreSQL: a room that is opened in one is joined and voted in at the other.

Pages are spoken to in Streamlit's own protocol; nothing here is about drawing.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack

import pytest

from bench.lesson.instructor import open_room
from bench.visitor import Visitor, new_browser
from lib.classroom.questions import parts_of
from tests.browser.server import running_app
from tests.unit.classroom.postgresql import postgresql
from tests.waiting import LIMIT_S

pytestmark = pytest.mark.browser


async def says(page: Visitor, words: str) -> None:
    """Wait until the page does, its timers running."""
    assert await page.stay(LIMIT_S, until=lambda: any(words in each for each in page.words)), words


async def lesson(here: str, there: str) -> None:
    async with AsyncExitStack() as stack:
        projector = await stack.enter_async_context(Visitor(here, "room", token=await new_browser(here)))
        code = await open_room(projector)
        phone = await stack.enter_async_context(Visitor(there, "join", f"code={code}", await new_browser(there)))
        await phone.press("Join")
        await says(projector, "1 student is in the room")
        await projector.press("Put the first question")
        await projector.press("Put it to the room", list(parts_of("next_token")).index("check_1"))
        assert await phone.stay(LIMIT_S, until=lambda: bool(phone.answers()))
        await says(projector, "**0 of 1**")
        chosen = phone.answers()[0]
        await phone.press(chosen)
        assert await phone.stay(LIMIT_S, until=lambda: phone.picked == chosen)
        await says(projector, "**1 of 1**")
        await projector.press("Show the answers")
        await says(phone, "**1 of 1** right so far")
        assert not projector.errors + phone.errors


def test_a_room_of_one_web_process_is_joined_at_another_and_its_votes_are_counted_live():
    with postgresql() as server, ExitStack() as stack:
        here, there = (stack.enter_context(running_app(DATABASE_URL=server.url, WORKERS="1")).url for _ in range(2))
        with ThreadPoolExecutor(1) as aside:  # Playwright's event loop may run in this thread
            aside.submit(asyncio.run, lesson(here, there)).result(2 * LIMIT_S)
