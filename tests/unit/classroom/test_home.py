"""One page of a lesson to print: what the room answered, chose and found out, and nobody's name."""

from __future__ import annotations

import html
import json

import pytest

from lib.classroom import answers, leaderboard, questions, rooms
from lib.classroom.errors import NotTheInstructor
from lib.classroom.experiments import ranking, sweep
from lib.classroom.home.contents import MOST_QUESTIONS, lesson_summary
from lib.classroom.records import Stage
from lib.classroom.taking_home import room_as_document
from lib.models.catalogue import REAL
from lib.training.comparing.grid import CellDone
from tests.unit.classroom.room import PART, SLUG, room_with

HOSTILE = "<script>alert(1)</script>"


def page_of(db, code: str, instructor: str) -> str:
    return lesson_summary(db, rooms.room(db, code), instructor).to_html()


def test_a_lesson_on_one_page_without_a_name(shared):
    code, instructor, (one, other, third) = room_with(shared, 3)
    for each, choice in zip((one, other, third), (0, 1, 1), strict=True):
        answers.answer(shared, code, each, 1, choice)
    questions.move(shared, code, instructor, 1, Stage.ARGUING)
    questions.move(shared, code, instructor, 1, Stage.VOTING_AGAIN)
    for each, choice in zip((one, other, third), (0, 0, 1), strict=True):
        answers.answer(shared, code, each, 1, choice)

    setting = questions.ask_for_setting(shared, code, instructor, "rank")
    answers.answer(shared, code, one, setting.number, 2)
    asked = ranking.ask_to_rank(shared, code, instructor, REAL, 0)
    for each, places in ((one, (1, 2, 3, 4)), (other, (2, 1, 3, 4))):
        ranking.give_ranking(shared, code, each, asked, places)
    swept = sweep.open_sweep(shared, code, instructor, "12")
    sweep.keep_result(shared, code, swept.number, CellDone(0, 3.0, 2.25, 0.5))
    said = questions.ask_in_words(shared, code, instructor, "What surprised you?")
    answers.answer_in_words(shared, code, one, said.number, HOSTILE)
    answers.answer_in_words(shared, code, other, said.number, "Not for the room")
    first = answers.words(shared, code, said.number, browser=instructor)[0]
    answers.let_through(shared, code, instructor, first.number, True)

    text = page_of(shared, code, instructor)
    shown = html.unescape(text)
    assert "2 of 3 right, 1 of 3 before arguing." in shown
    assert "Of the 3 who answered both times, 1 changed their answer." in shown
    assert "Chosen: Rank 16." in shown
    assert "Two of them say the same of 83% of the pairs" in shown
    assert "Most divided on A or B: 1 to 1, 0 ties." in shown
    assert "Lowest held-out loss: 2.25 nats per token (base model 3.00) with rank 1, learning rate 0.001" in shown
    assert HOSTILE not in text
    assert HOSTILE in shown
    assert "Not for the room" not in shown
    assert "Student" not in shown
    assert len(text) < 12_000

    document = room_as_document(shared, code, instructor)
    assert document["questions"][3]["cells"][0]["held_out_loss"] == 2.25
    assert json.loads(json.dumps(document)) == document


def test_the_board_s_best_texts_stand_on_the_page_with_their_scores(shared):
    code, instructor, (one, other) = room_with(shared, 2, part=None)
    asked = questions.ask_in_words(shared, code, instructor, leaderboard.REFERENCE, leaderboard.PART)
    answers.answer_in_words(shared, code, one, asked.number, " ".join(reversed(leaderboard.REFERENCE.split())))
    answers.answer_in_words(shared, code, other, asked.number, leaderboard.REFERENCE)
    answers.let_all_through(shared, code, instructor, asked.number)
    shown = html.unescape(page_of(shared, code, instructor))
    assert "The worst text that scores high against" in shown
    assert shown.count("ROUGE-1 1.00") == 1  # a copy is no bad text


def test_a_lesson_without_answers_says_so_and_a_long_one_stays_on_its_page(shared):
    code, instructor, (student,) = room_with(shared, 1)
    assert "Nothing has been answered" in page_of(shared, code, instructor)
    for number in range(1, MOST_QUESTIONS + 3):
        answers.ANSWERING.forget()
        answers.answer(shared, code, student, number, 0)
        questions.ask(shared, code, instructor, SLUG, PART)
    summary = lesson_summary(shared, rooms.room(shared, code), instructor)
    assert (len(summary.parts), summary.left_out) == (MOST_QUESTIONS, 2)


def test_all_words_are_let_through_at_once_by_the_instructor_only(shared):
    code, instructor, (one, other) = room_with(shared, 2, part=None)
    asked = questions.ask_in_words(shared, code, instructor, "What surprised you?")
    for each in (one, other):
        answers.answer_in_words(shared, code, each, asked.number, "It learnt")
    with pytest.raises(NotTheInstructor):
        answers.let_all_through(shared, code, one, asked.number)
    assert answers.words(shared, code, asked.number) == []
    answers.let_all_through(shared, code, instructor, asked.number)
    assert len(answers.words(shared, code, asked.number)) == 2
