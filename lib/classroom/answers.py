"""Giving an answer, and what comes of all answers: counts, flows, texts, scores.

Whose answer it is follows from the browser's token alone: there is no number or name with which to answer for another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa

from lib.classroom.entering.keys import fingerprint
from lib.classroom.entering.limits import ANSWERING
from lib.classroom.entering.names import one_line
from lib.classroom.errors import RoomError
from lib.classroom.members import member_row
from lib.classroom.order.visits import count_answer
from lib.classroom.questions import question_row, record
from lib.classroom.records import LARGEST_NUMBER, LONGEST_TEXT, Asked, Flow, Score, Stage, Tally, Turnout, Words
from lib.classroom.rooms import led_row, row_of
from lib.classroom.storage.database import Database
from lib.classroom.storage.tables import answers, members, questions

SECRET = "secret rule"
"""Part of a question whose voters know the answer: nobody scores by it."""


def answer(db: Database, code: str, browser: str, number: int, choice: int, *, address: str | None = None) -> None:
    """This browser's answer in the vote that is open; a later one in the same vote takes its place."""
    ANSWERING.spend(browser)
    with db.writing() as connection:
        asked, row, mine = _open_question(connection, db, code, browser, number, address)
        if type(choice) is not int or not 0 <= choice < len(asked.choices):
            raise RoomError("That is none of this question's answers; choose one of those shown.")
        _keep(db, connection, row.id, mine.id, asked.stage.round, choice=choice, words=None)


def answer_in_words(
    db: Database, code: str, browser: str, number: int, text: str, *, address: str | None = None
) -> None:
    """The same in words. The room sees them once the instructor has let them through."""
    ANSWERING.spend(browser)
    words = one_line(text)
    if not 1 <= len(words) <= LONGEST_TEXT:
        raise RoomError(f"The answer has {len(words)} characters; it needs 1 to {LONGEST_TEXT}.")
    with db.writing() as connection:
        asked, row, mine = _open_question(connection, db, code, browser, number, address)
        if not asked.in_words:
            raise RoomError("This question has answers to choose from; choose one of those shown.")
        _keep(db, connection, row.id, mine.id, asked.stage.round, choice=None, words=words)


def answer_to_experiment(
    db: Database, code: str, browser: str, number: int, part: str, said: str, *, address: str | None = None
) -> None:
    """The same in the notation of an experiment that the whole room does; its module has checked `said`."""
    ANSWERING.spend(browser)
    with db.writing() as connection:
        asked, row, mine = _open_question(connection, db, code, browser, number, address)
        if asked.part != part:
            raise RoomError("Something else is before the room now; answer what is shown.")
        _keep(db, connection, row.id, mine.id, asked.stage.round, choice=None, words=said)


def own_answer(db: Database, code: str, browser: str, number: int) -> tuple[int | str | None, int | str | None]:
    """What this browser answered in the first vote and in the second."""
    with db.reading() as connection:
        room_row = row_of(connection, code)
        row = question_row(connection, room_row.id, number)
        mine = member_row(connection, room_row, browser)
        given = connection.execute(
            sa.select(answers).where(answers.c.question_id == row.id, answers.c.member_id == mine.id)
        )
        found = {each.round: each.words if each.choice is None else each.choice for each in given}
        return found.get(1), found.get(2)


def turnout(db: Database, code: str, number: int) -> Turnout:
    """How many students have answered in the vote that is open, or was last. It tells nothing of what they said.

    Both counts are of one moment (one statement), so that never more have answered than there are.
    """
    with db.reading() as connection:
        row = question_row(connection, row_of(connection, code).id, number)
        count = sa.select(sa.func.count())
        given = count.where(answers.c.question_id == row.id, answers.c.round == (2 if row.voted_again else 1))
        here = count.where(members.c.room_id == row.room_id)
        found = connection.execute(sa.select(given.scalar_subquery(), here.scalar_subquery())).one()
        return Turnout(*found)


def tally(db: Database, code: str, number: int, *, browser: str | None = None) -> Tally:
    """What the room said. Before it is shown, only its instructor's `browser` is told; RoomError for everybody else."""
    with db.reading() as connection:
        room_row = row_of(connection, code) if browser is None else led_row(connection, code, browser)
        row = question_row(connection, room_row.id, number)
        if browser is None and not row.was_shown:
            raise RoomError("The answers are hidden until the instructor shows them.")
        given = connection.execute(
            sa.select(answers.c.member_id, answers.c.round, answers.c.choice).where(answers.c.question_id == row.id)
        ).all()
    return _tally(len(record(row).choices), row.voted_again, [(g.member_id, g.round, g.choice) for g in given])


def words(db: Database, code: str, number: int, *, browser: str | None = None) -> list[Words]:
    """The room's own words: to the instructor's `browser` all of them, to everybody else what was let through."""
    with db.reading() as connection:
        room_row = row_of(connection, code) if browser is None else led_row(connection, code, browser)
        row = question_row(connection, room_row.id, number)
        wanted = sa.select(answers).where(answers.c.question_id == row.id, answers.c.words.is_not(None))
        if browser is None:
            wanted = wanted.where(answers.c.let_through.is_(True))
        return [Words(each.id, each.words, each.let_through) for each in connection.execute(wanted.order_by("id"))]


def said_in_experiment(
    db: Database, code: str, numbers: Sequence[int], *, browser: str | None = None
) -> dict[int, dict[int, dict[int, str]]]:
    """What students said in an experiment: by question, by student (a number that says nothing), by vote.

    To the instructor's `browser` all of it; to everybody else what was shown.
    """
    numbers = [number for number in numbers if 0 < number <= LARGEST_NUMBER]
    with db.reading() as connection:
        room_row = row_of(connection, code) if browser is None else led_row(connection, code, browser)
        students = numbers_of_students(connection, room_row.id)
        wanted = (
            sa.select(questions.c.number, answers.c.member_id, answers.c.round, answers.c.words)
            .join(answers, answers.c.question_id == questions.c.id)
            .where(questions.c.room_id == room_row.id, questions.c.number.in_(numbers), answers.c.words.is_not(None))
        )
        if browser is None:
            wanted = wanted.where(questions.c.was_shown.is_(True))
        given = connection.execute(wanted).all()
    found: dict[int, dict[int, dict[int, str]]] = {number: {} for number in numbers}
    for each in given:
        found[each.number].setdefault(students[each.member_id], {})[each.round] = each.words
    return found


def let_through(db: Database, code: str, browser: str, words_number: int, through: bool) -> None:
    """Show one student's words to the room, or hide them again."""
    if not 0 < words_number <= LARGEST_NUMBER:
        raise RoomError("There are no such words in this room; choose some of those listed.")
    with db.writing() as connection:
        room_row = led_row(connection, code, browser)
        here = sa.select(questions.c.id).where(questions.c.room_id == room_row.id)
        connection.execute(
            sa.update(answers)
            .where(answers.c.id == words_number, answers.c.question_id.in_(here))
            .values(let_through=through)
        )


def let_all_through(db: Database, code: str, browser: str, number: int) -> None:
    """Show all words of one question to the room; the instructor, who has read them, hides what does not belong."""
    with db.writing() as connection:
        row = question_row(connection, led_row(connection, code, browser).id, number)
        everything = sa.and_(answers.c.question_id == row.id, answers.c.words.is_not(None))
        connection.execute(sa.update(answers).where(everything).values(let_through=True))


def score(db: Database, code: str, browser: str) -> Score:
    """Right answers in each last vote, of the questions that were shown. Nothing counts how fast they came."""
    with db.reading() as connection:
        room_row = row_of(connection, code)
        mine = member_row(connection, room_row, browser)
        shown = connection.execute(
            sa.select(questions).where(questions.c.room_id == room_row.id, questions.c.was_shown.is_(True))
        ).all()
        given = connection.execute(sa.select(answers).where(answers.c.member_id == mine.id)).all()
    with_a_right_one = [(row, record(row)) for row in shown if record(row).right is not None and row.part != SECRET]
    right = 0
    for row, asked in with_a_right_one:
        said = {each.round: each.choice for each in given if each.question_id == row.id}
        last = said.get(2, said.get(1))
        right += last is not None and asked.choices[last].correct
    return Score(right, len(with_a_right_one))


def _open_question(
    connection: sa.Connection, db: Database, code: str, browser: str, number: int, address: str | None
) -> tuple[Asked, sa.Row, sa.Row]:
    room_row = row_of(connection, code)
    mine = member_row(connection, room_row, browser)
    count_answer(connection, db, room_row, browser, address)
    row = question_row(connection, room_row.id, number, locked=True)
    asked = record(row)
    if not asked.stage.is_open:
        now = "being argued about" if asked.stage is Stage.ARGUING else asked.stage.value
        raise RoomError(f"This question is {now}; answers are taken while a vote is open.")
    return asked, row, mine


def _keep(
    db: Database, connection: sa.Connection, question_id: int, member_id: int, vote: int, **said: int | str | None
) -> None:
    """One answer for each student and vote, even if two of a browser's windows answer at the same moment."""
    given = db.insert(answers).values(
        question_id=question_id, member_id=member_id, round=vote, let_through=False, **said
    )
    given = given.on_conflict_do_update(
        index_elements=["question_id", "member_id", "round"], set_={**said, "let_through": False}
    )
    connection.execute(given)


def _tally(choices: int, voted_again: bool, given: list[tuple[int, int, int | None]]) -> Tally:
    votes: dict[int, dict[int, int]] = {}
    for student, vote, choice in given:
        if choice is not None:
            votes.setdefault(student, {})[vote] = choice
    counts = [Counter(said[vote] for said in votes.values() if vote in said) for vote in (1, 2)]
    first, second = (tuple(count[choice] for choice in range(choices)) for count in counts)
    went = Counter((said.get(1), said.get(2)) for said in votes.values()) if voted_again else Counter()
    flows = sorted(went.items(), key=lambda each: [choices if end is None else end for end in each[0]])
    return Tally(first, second, tuple(Flow(before, after, students) for (before, after), students in flows))


def numbers_of_students(connection: sa.Connection, room_id: int) -> dict[int, int]:
    """Each member's row to a number that says nothing of when they came: by the fingerprint's order."""
    rows = connection.execute(sa.select(members.c.id, members.c.browser).where(members.c.room_id == room_id)).all()
    return {row.id: number for number, row in enumerate(sorted(rows, key=lambda r: fingerprint("", r.browser)), 1)}
