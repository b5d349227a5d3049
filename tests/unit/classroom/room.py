"""A room with students in it, for tests."""

from __future__ import annotations

from itertools import count

from lib.classroom import members, questions, rooms
from lib.classroom.storage.database import Database

SLUG, PART = "next_token", "check_1"
"""Three choices, the first of which is right."""
_browsers = count()


def browser() -> str:
    """A token of the length of a real one."""
    return f"browser-{next(_browsers)}".ljust(43, "x")


def room_with(db: Database, students: int, part: str | None = PART) -> tuple[str, str, list[str]]:
    """Code, the instructor's browser and the students'; with a question before the room unless `part` is None."""
    instructor, code = browser(), ""
    code = rooms.open_room(db, instructor)[0].code
    browsers = [browser() for _ in range(students)]
    for number, each in enumerate(browsers):
        members.join(db, code, each, f"Student {number}")
    if part:
        questions.ask(db, code, instructor, SLUG, part)
    return code, instructor, browsers
