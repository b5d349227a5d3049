"""The instructor at the projector: opens a room and leads it through the questions, by the page's own buttons."""

from __future__ import annotations

import time

from bench.lesson.acts import Act, Question
from bench.visitor import Visitor
from lib import curriculum
from lib.classroom.questions import parts_of


async def open_room(projector: Visitor) -> str:
    """The code of the new room."""
    await projector.press("Open a room")
    return next(words for words in projector.words if words.startswith("Room ")).split()[1]


async def lead(projector: Visitor, acts: tuple[Act, ...], begins_at: float) -> None:
    """Each question when its time has come, in seconds of the monotonic clock."""
    for act in acts:
        await projector.stay(begins_at - time.monotonic())
        if isinstance(act, Question):
            await _put(projector, act)
            moves = ("Argue, then vote again", "Vote again", "Show the answers")
            for seconds, then in zip((act.vote_s, act.argue_s, act.again_s), moves, strict=True):
                await projector.stay(seconds)
                await projector.press(then)
        begins_at += act.seconds
    await projector.stay(begins_at - time.monotonic())


async def _put(projector: Visitor, act: Question) -> None:
    await projector.press("Next question" if "Next question" in projector.enabled else "Put the first question")
    await projector.select("Chapter", curriculum.chapter(act.chapter).title)
    await projector.press("Put it to the room", list(parts_of(act.chapter)).index(act.part))
