"""Everything of a room as rows and as one document. Names stay behind: a student is a number, in no order."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from lib.classroom.answers import numbers_of_students, tally, words
from lib.classroom.experiments.ranking import is_ranking
from lib.classroom.experiments.sweep import Cell, is_sweep, sweep_now
from lib.classroom.questions import record
from lib.classroom.records import Asked, Flow
from lib.classroom.rooms import led_row
from lib.classroom.storage.database import Database
from lib.classroom.storage.tables import answers, questions


def answers_as_rows(db: Database, code: str, browser: str) -> list[dict[str, Any]]:
    """One row for each answer that was given, for the instructor's browser."""
    with db.reading() as connection:
        room_row = led_row(connection, code, browser)
        students = numbers_of_students(connection, room_row.id)
        given = connection.execute(
            sa.select(questions, answers.c.member_id, answers.c.round, answers.c.choice, answers.c.words)
            .join(answers, answers.c.question_id == questions.c.id)
            .where(questions.c.room_id == room_row.id)
        ).all()
    rows = []
    for row in given:
        asked = record(row)
        chosen = None if row.choice is None else asked.choices[row.choice]
        rows.append(
            {
                "question_number": row.number,
                "chapter": row.slug,
                "part": row.part,
                "question": row.question,
                "vote": row.round,
                "student": students[row.member_id],
                "answer": row.words if chosen is None else chosen.text,
                "right": None if chosen is None else chosen.correct,
            }
        )
    return sorted(rows, key=lambda each: (each["question_number"], each["vote"], each["student"]))


def room_as_document(db: Database, code: str, browser: str) -> dict[str, Any]:
    """The same with the counts and flows of each question, as `json.dumps` takes it."""
    with db.reading() as connection:
        room_row = led_row(connection, code, browser)
        asked = [
            record(row)
            for row in connection.execute(
                sa.select(questions).where(questions.c.room_id == room_row.id).order_by(questions.c.number)
            )
        ]
    return {
        "room": room_row.code,
        "opened_at_s": room_row.opened_at_s,
        "questions": [
            {
                "number": each.number,
                "chapter": each.slug,
                "part": each.part,
                "question": each.question,
                "stage": each.stage.value,
                **_what_was_said(db, code, browser, each),
            }
            for each in asked
        ],
        "answers": answers_as_rows(db, code, browser),
    }


def _what_was_said(db: Database, code: str, browser: str, asked: Asked) -> dict[str, Any]:
    if asked.in_words:
        said = words(db, code, asked.number, browser=browser)
        return {"words": [{"text": each.text, "let_through": each.let_through} for each in said]}
    if is_sweep(asked):
        return {"cells": [_cell_row(each) for each in sweep_now(db, code, asked.number).cells]}
    if is_ranking(asked):
        return {"answers_ranked": [choice.text for choice in asked.choices]}
    counts = tally(db, code, asked.number, browser=browser)
    return {
        "choices": [
            {"text": choice.text, "correct": choice.correct, "first_vote": first, "second_vote": second}
            for choice, first, second in zip(asked.choices, counts.first, counts.second, strict=True)
        ],
        "flows": [_flow(each, asked) for each in counts.flows],
    }


def _cell_row(cell: Cell) -> dict[str, Any]:
    told = asdict(cell.done) if cell.done else {}
    return {"rank": cell.rank, "learning_rate": cell.learning_rate, "state": cell.state.value, **told}


def _flow(flow: Flow, asked: Asked) -> dict[str, Any]:
    before, after = (None if end is None else asked.choices[end].text for end in (flow.before, flow.after))
    return {"first_vote": before, "second_vote": after, "students": flow.students}
