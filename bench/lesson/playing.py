"""A lesson played: the instructor and all students on one clock, and what of it the room and the log have kept."""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import sqlalchemy as sa

from bench.lesson.acts import Act
from bench.lesson.instructor import lead, open_room
from bench.lesson.meters import Meters
from bench.lesson.serving import Served
from bench.lesson.student import Notes, Student, Vote
from bench.visitor import Visitor, new_browser
from lib.classroom.entering.keys import fingerprint
from lib.classroom.storage.database import Database
from lib.classroom.storage.tables import answers, members, questions, rooms
from lib.logs import NOT_SAID

COMES_IN_S, PER_STUDENT_S = 10.0, 0.05
TRACE = "stack trace"


@dataclass(frozen=True)
class Played:
    """What the driver has noted, and the two witnesses beside it: the room's database and the app's log."""

    students: list[tuple[Visitor, Notes]]
    projector: Visitor
    code: str
    """Of the room."""
    meters: Meters
    processor_s: dict[str, float]
    part_bytes: dict[str, int]
    lost: int
    """Answers that a page said were in, and which the room does not have."""
    log: list[dict]


async def play(served: Served, sessions: int, acts: tuple[Act, ...]) -> Played:
    """All acts, after a moment in which everybody comes in."""
    async with AsyncExitStack() as stack:
        token = await new_browser(served.url)
        projector = await stack.enter_async_context(Visitor(served.url, "room", token=token))
        code = await open_room(projector)
        meters = Meters({**served.parts, "driver": [psutil.Process()]})
        reading = asyncio.create_task(meters.read_on())
        begins_at = time.monotonic() + COMES_IN_S + sessions * PER_STUDENT_S
        coming = [_student(served.url, code, acts, seed, begins_at) for seed in range(sessions)]
        _, *attended = await asyncio.gather(lead(projector, acts, begins_at), *coming)
        reading.cancel()
        processor_s, part_bytes = meters.processor_s(), meters.memory_bytes()
    kept = kept_answers(served.database_url, code)
    lost = sum(lost_answers(notes, kept.get(fingerprint(code, token), {})) for _, notes, token in attended)
    students = [(window, notes) for window, notes, _ in attended]
    return Played(students, projector, code, meters, processor_s, part_bytes, lost, events_of(served.log))


async def _student(
    url: str, code: str, acts: tuple[Act, ...], seed: int, begins_at: float
) -> tuple[Visitor, Notes, str]:
    await asyncio.sleep(random.Random(seed).random() * (begins_at - time.monotonic() - COMES_IN_S / 2))
    token = await new_browser(url)
    window, notes = Visitor(url, "join", f"code={code}", token), Notes()
    try:
        async with window:
            await Student(window, code, acts, seed, notes).attend(begins_at)
    except Exception as trouble:  # the lesson goes on without this student, and the result says so
        notes.troubles.append(f"{type(trouble).__name__}: {trouble}")
    return window, notes, token


def lost_answers(notes: Notes, kept: dict[Vote, int]) -> int:
    """Of the answers that a student was told are in, those that the room has not, or has otherwise."""
    return notes.unanswered + sum(kept.get(vote) != choice for vote, choice in notes.answers.items())


def kept_answers(database_url: str, code: str) -> dict[str, dict[Vote, int]]:
    """What the room has: by the fingerprint of the browser, by question and vote."""
    db = Database(database_url)
    wanted = (
        sa.select(members.c.browser, questions.c.number, answers.c.round, answers.c.choice)
        .join(members, answers.c.member_id == members.c.id)
        .join(questions, answers.c.question_id == questions.c.id)
        .join(rooms, questions.c.room_id == rooms.c.id)
        .where(rooms.c.code == code)
    )
    found: dict[str, dict[Vote, int]] = {}
    with db.reading() as connection:
        for browser, number, vote, choice in connection.execute(wanted):
            found.setdefault(browser, {})[number, vote] = choice
    db.close()
    return found


def events_of(log: Path) -> list[dict]:
    """What the web processes logged, and what they or their workers wrote beside it of an exception: one line, or a
    whole stack trace, of which the end is kept."""
    events, in_trace = [], False
    for line in log.read_text(encoding="utf-8").splitlines():
        if line.startswith("{"):
            events.append(json.loads(line))
        elif in_trace and line and not line[0].isspace():
            events.append({"event": TRACE, "error": line[:100]})
            in_trace = False
        elif NOT_SAID in line:
            events.append({"event": TRACE, "error": line.lstrip("0123456789-:., ")[:100]})
        in_trace = in_trace or line.startswith("Traceback")
    return events
