"""The driver that plays a lesson: with two students for a minute, and its tables in docs/load.md."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bench.following import seconds_told
from bench.lesson import document
from bench.lesson.acts import Experiment, Question, lesson
from bench.lesson.growth import need
from bench.lesson.playing import kept_answers, lost_answers, play
from bench.lesson.result import read, result_of
from bench.lesson.serving import one_machine
from bench.lesson.student import Notes
from lib.classroom.questions import parts_of
from lib.classroom.storage.database import Database
from lib.classroom.storage.tables import answers
from lib.units import format_duration

SHORT = (
    Question("next_token", "predict", vote_s=12, argue_s=4, again_s=12, shown_s=3),
    Experiment("memory-calculator", seconds=12),
)


@pytest.fixture(scope="module")
def played():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKERS", "1")
        with one_machine() as served:
            yield asyncio.run(play(served, 2, SHORT)), served


@pytest.mark.thorough
def test_two_students_do_all_that_a_student_does_and_nothing_is_lost(played):
    result = result_of(*played, minutes=0.75)
    assert (result.errors, result.displaced, result.lost) == ({}, 0, 0)
    assert (result.reloads, result.sleeps) == (2, 2)
    assert result.answers == sum(map(len, kept(played).values())) > 0
    assert result.acts["move"].count > 2
    assert all(times.count for times in (*result.acts.values(), result.projector))
    assert result.looks.count == 0, "a phone asks for nothing by itself"
    assert all(window.calls for window, _ in played[0].students), "it is called"
    assert {line.name: line.passed for line in result.lines()}["  answers lost"]


@pytest.mark.thorough
def test_an_answer_that_the_room_has_not_or_has_otherwise_is_lost(played):
    (_, notes), *_ = [each for each in played[0].students if each[1].answers]
    vote, choice = next(iter(notes.answers.items()))
    assert lost_answers(notes, notes.answers) == 0
    assert lost_answers(notes, {**notes.answers, vote: choice + 1}) == 1
    assert lost_answers(notes, {}) == len(notes.answers)
    assert lost_answers(Notes(unanswered=1), {}) == 1, "the page said nothing of it"
    failing = [line for line in replace(result_of(*played, minutes=1), lost=1).lines() if not line.passed]
    assert "  answers lost" in [line.name for line in failing]


@pytest.mark.thorough
def test_the_room_s_own_database_is_asked(played):
    before = sum(map(len, kept(played).values()))
    db = Database(played[1].database_url)
    with db.writing() as connection:
        one = sa.select(answers.c.id).limit(1).scalar_subquery()
        connection.execute(sa.delete(answers).where(answers.c.id == one))
    db.close()
    assert sum(map(len, kept(played).values())) == before - 1


def kept(played):
    return kept_answers(played[1].database_url, played[0].code)


@pytest.mark.parametrize(("minutes", "rounds"), [(0.5, 1), (5, 1), (20, 4), (30, 6), (60, 6)])
def test_a_lesson_is_as_long_as_it_is_asked_for_and_puts_questions_that_there_are(minutes, rounds):
    acts = lesson(minutes)
    assert sum(act.seconds for act in acts) == pytest.approx(60 * minutes)
    assert len(acts) == 2 * rounds
    assert all(act.part in parts_of(act.chapter) for act in acts if isinstance(act, Question))
    assert any(isinstance(act, Experiment) and act.starts for act in acts)


@pytest.mark.parametrize("seconds", [4.2, 10, 59, 60, 75, 600])
def test_a_waiting_time_is_read_as_the_page_writes_it(seconds):
    assert seconds_told(f"Waiting: 3 ahead of you, about {format_duration(seconds)}.") == seconds
    assert seconds_told("Waiting: you are next, any moment now.") == 0


def test_the_tables_are_made_from_what_was_measured():
    text = document.DOCUMENT.read_text(encoding="utf-8")
    made = document.tables()
    assert all(f"<!-- {name} -->\n" in text for name in made)
    assert document.with_tables(text, made) == text


def test_what_was_measured_kept_its_promises():
    """Of the class of forty; what the hall on two cores did not keep, its document says."""
    a_class = read(document.CLASS)
    assert a_class.sessions == 40
    assert (a_class.lost, a_class.all_errors) == (0, 0)


def test_need_grows_with_the_students_from_the_dearer_of_the_lessons():
    a_class, a_hall = read(document.CLASS), read(document.HALL)
    one, ten = need((a_class, a_hall), 40), need((a_class, a_hall), 400)
    assert one.web_cores * 60 * a_class.minutes >= a_class.processor_s["web"] * (1 - 1e-9)
    assert 5 * one.web_cores * 60 * a_hall.minutes >= a_hall.processor_s["web"] * (1 - 1e-9)
    assert ten.web_cores == pytest.approx(10 * one.web_cores)
    assert need((a_hall,), 200).proxy_cores == pytest.approx(a_hall.processor_s["proxy"] / 60 / a_hall.minutes)
    assert 0.5 * (ten.web_processes - 1) < ten.web_cores <= 0.5 * ten.web_processes
