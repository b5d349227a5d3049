"""Putting a question to the room, and its way from the first vote to the answer.

voting → arguing → voting again → shown → put away; from any vote it may be shown at once. Only the instructor moves it.
"""

from __future__ import annotations

import json

import sqlalchemy as sa

from lib import curriculum
from lib.classroom.choosing import Opening, choosable_settings, setting_of
from lib.classroom.entering.names import one_line
from lib.classroom.errors import RoomError
from lib.classroom.records import LARGEST_NUMBER, LONGEST_TEXT, Asked, Choice, Stage
from lib.classroom.rooms import led_row, row_of
from lib.classroom.storage.database import Database
from lib.classroom.storage.tables import answers, questions

PREDICT = "predict"
NEXT = {
    Stage.VOTING: (Stage.ARGUING, Stage.SHOWN, Stage.PUT_AWAY),
    Stage.ARGUING: (Stage.VOTING_AGAIN, Stage.SHOWN, Stage.PUT_AWAY),
    Stage.VOTING_AGAIN: (Stage.SHOWN, Stage.PUT_AWAY),
    Stage.SHOWN: (Stage.PUT_AWAY,),
    Stage.PUT_AWAY: (),
}
IN_WORDS = "words"


def parts_of(slug: str) -> dict[str, curriculum.Question]:
    """The questions of a chapter that can be put to a room: `predict`, then `check_1`, `check_2`, …"""
    chapter = curriculum.chapter(slug)
    first = {PREDICT: chapter.predict} if chapter.predict else {}
    return first | {f"check_{number}": each for number, each in enumerate(chapter.questions, start=1)}


def opening_of(asked: Asked, choice: int) -> Opening | None:
    """The experiment of the question's chapter with the setting that this answer is; None where it is none."""
    if (setting := setting_of(asked.part)) is not None:
        return setting.opening(choice)
    question = parts_of(asked.slug).get(asked.part)
    if question is None:  # asked before the course lost it
        return None
    text = asked.choices[choice].text
    opens = next((option.opens for option in question.options if option.text == text), None)
    return Opening(question.also | opens, question.starts) if opens else None


def ask(db: Database, code: str, browser: str, slug: str, part: str) -> Asked:
    """Put one of a chapter's questions to the room; the one before is put away. Its words are kept as they are now."""
    try:
        question = parts_of(slug)[part]
    except KeyError:
        raise RoomError("This chapter has no such question; choose one that it has.") from None
    choices = [{"text": each.text, "correct": each.correct, "why": each.why} for each in question.options]
    return put_question(db, code, browser, slug, part, question.question, choices)


def ask_for_setting(db: Database, code: str, browser: str, name: str) -> Asked:
    """Let the room choose a setting of an experiment."""
    setting = choosable_settings().get(name)
    if setting is None:
        raise RoomError("There is no such setting to choose; choose one of those listed.")
    choices = [{"text": each.text, "correct": False, "why": ""} for each in setting.options]
    return put_question(db, code, browser, setting.chapter, setting.part, setting.question, choices)


def ask_in_words(db: Database, code: str, browser: str, question: str, part: str = IN_WORDS) -> Asked:
    """Ask something of the instructor's own, for the students' own words. `part` says what becomes of them."""
    text = one_line(question)
    if not 3 <= len(text) <= LONGEST_TEXT:
        raise RoomError(f"The question has {len(text)} characters; it needs 3 to {LONGEST_TEXT}.")
    return put_question(db, code, browser, "", part, text, [])


def current(db: Database, code: str) -> Asked | None:
    """The question before the room; None if there is none."""
    with db.reading() as connection:
        row = _current(connection, row_of(connection, code).id)
        return record(row) if row else None


def all_asked(db: Database, code: str) -> list[Asked]:
    """Every question put to the room, oldest first."""
    with db.reading() as connection:
        room_id = row_of(connection, code).id
        rows = connection.execute(
            sa.select(questions).where(questions.c.room_id == room_id).order_by(questions.c.number)
        )
        return [record(row) for row in rows]


def move(db: Database, code: str, browser: str, number: int, stage: Stage) -> Asked:
    """Move a question on. RoomError where it cannot go there from where it is."""
    with db.writing() as connection:
        row = question_row(connection, led_row(connection, code, browser).id, number, locked=True)
        now = Stage(row.stage)
        if stage == now:  # the button was pressed twice, or in two windows
            return record(row)
        if stage not in NEXT[now]:
            raise RoomError(f"This question is {now.value}; it cannot be {stage.value} after that.")
        changed = {"stage": stage.value}
        if stage is Stage.VOTING_AGAIN:
            changed["voted_again"] = True
        if stage is Stage.SHOWN:
            changed["was_shown"] = True
        connection.execute(sa.update(questions).where(questions.c.id == row.id).values(changed))
        return record(question_row(connection, row.room_id, number))


def reset(db: Database, code: str, browser: str, number: int) -> Asked:
    """Forget every answer to one question and put it to the room afresh; no other question changes.

    It gets the next number: a phone that shows it as answered, or answers it at this moment, has another one.
    """
    with db.writing() as connection:
        room_row = led_row(connection, code, browser)
        row = question_row(connection, room_row.id, number, locked=True)
        _put_away(connection, room_row.id)
        connection.execute(sa.delete(answers).where(answers.c.question_id == row.id))
        number = _next_number(connection, room_row.id)
        fresh = {"number": number, "stage": Stage.VOTING.value, "voted_again": False, "was_shown": False}
        connection.execute(sa.update(questions).where(questions.c.id == row.id).values(fresh))
        return record(question_row(connection, room_row.id, number))


def record(row: sa.Row) -> Asked:
    choices = tuple(Choice(**each) for each in json.loads(row.choices))
    return Asked(row.number, row.slug, row.part, row.question, choices, Stage(row.stage), row.voted_again)


def question_row(connection: sa.Connection, room_id: int, number: int, *, locked: bool = False) -> sa.Row:
    """The row of a question by its number. Locked, nobody else answers or moves it until this transaction ends."""
    if not 0 < number <= LARGEST_NUMBER:
        raise RoomError("There is no such question in this room; its questions are numbered from 1.")
    wanted = sa.select(questions).where(questions.c.room_id == room_id, questions.c.number == number)
    row = connection.execute(wanted.with_for_update() if locked else wanted).first()
    if row is None:
        raise RoomError("There is no such question in this room; it may have been deleted.")
    return row


def put_question(
    db: Database, code: str, browser: str, slug: str, part: str, question: str, choices: list[dict]
) -> Asked:
    """Put a question to the room, of whatever part; the one before is put away."""
    with db.writing() as connection:
        room_id = led_row(connection, code, browser).id
        _put_away(connection, room_id)
        number = _next_number(connection, room_id)
        connection.execute(
            sa.insert(questions).values(
                room_id=room_id,
                number=number,
                slug=slug,
                part=part,
                question=question,
                choices=json.dumps(choices, ensure_ascii=False),
                stage=Stage.VOTING.value,
                voted_again=False,
                was_shown=False,
            )
        )
        return record(question_row(connection, room_id, number))


def _next_number(connection: sa.Connection, room_id: int) -> int:
    last = connection.execute(sa.select(sa.func.max(questions.c.number)).where(questions.c.room_id == room_id))
    return (last.scalar() or 0) + 1


def _put_away(connection: sa.Connection, room_id: int) -> None:
    connection.execute(sa.update(questions).where(questions.c.room_id == room_id).values(stage=Stage.PUT_AWAY.value))


def _current(connection: sa.Connection, room_id: int) -> sa.Row | None:
    before_the_room = sa.select(questions).where(
        questions.c.room_id == room_id, questions.c.stage != Stage.PUT_AWAY.value
    )
    return connection.execute(before_the_room.order_by(questions.c.number.desc())).first()
