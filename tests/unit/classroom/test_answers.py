"""Vote, argue, vote again: what is hidden, what is counted, who changed, and what is taken home."""

from __future__ import annotations

import json

import pytest

from lib import curriculum
from lib.classroom import answers, members, questions, taking_home
from lib.classroom.errors import NoSuchRoom, RoomError, TooOften
from lib.classroom.records import Flow, Score, Stage, Tally, Turnout
from lib.ui.kit.exports import csv_of, json_of
from tests.unit.classroom.room import PART, SLUG, browser, room_with


def vote(db, code, browsers, choices, number=1):
    for student, choice in zip(browsers, choices, strict=True):
        if choice is not None:
            answers.answer(db, code, student, number, choice)


def test_every_question_of_every_chapter_can_be_put_to_the_room():
    for chapter in curriculum.chapters():
        expected = ["predict"] * (chapter.predict is not None) + [
            f"check_{n + 1}" for n in range(len(chapter.questions))
        ]
        assert list(questions.parts_of(chapter.slug)) == expected


def test_a_question_is_kept_as_it_was_asked(shared):
    code, _, _ = room_with(shared, 0)
    asked = questions.current(shared, code)
    words = curriculum.chapter(SLUG).questions[0]
    assert asked.question == words.question
    assert [(c.text, c.correct, c.why) for c in asked.choices] == [(o.text, o.correct, o.why) for o in words.options]


@pytest.mark.parametrize(("slug", "part"), [("no_such", "predict"), (SLUG, "check_9"), (SLUG, "'; DROP TABLE rooms")])
def test_no_other_question_can_be_asked(shared, slug, part):
    code, instructor, _ = room_with(shared, 0, part=None)
    with pytest.raises(RoomError, match="no such question"):
        questions.ask(shared, code, instructor, slug, part)


def test_vote_argue_vote_again(shared):
    code, instructor, students = room_with(shared, 6)
    vote(shared, code, students, [0, 1, 1, 2, 2, None])
    assert answers.turnout(shared, code, 1).answered == 5
    with pytest.raises(RoomError, match="hidden"):
        answers.tally(shared, code, 1)
    questions.move(shared, code, instructor, 1, Stage.ARGUING)
    with pytest.raises(RoomError, match="being argued about"):
        answers.answer(shared, code, students[5], 1, 0)
    questions.move(shared, code, instructor, 1, Stage.VOTING_AGAIN)
    assert answers.turnout(shared, code, 1).answered == 0
    vote(shared, code, students, [0, 0, 0, 2, None, 0])
    questions.move(shared, code, instructor, 1, Stage.SHOWN)

    told = answers.tally(shared, code, 1)
    assert told.first == (1, 2, 2)  # counted by hand from the two lists above
    assert told.second == (4, 0, 1)
    assert set(told.flows) == {
        Flow(0, 0, 1), Flow(1, 0, 2), Flow(2, 2, 1), Flow(2, None, 1), Flow(None, 0, 1),
    }  # fmt: skip
    assert (told.changed, told.answered_both) == (2, 4)
    assert told.majority == 0
    assert sum(flow.students for flow in told.flows) == 6


def test_a_level_vote_has_no_majority():
    assert Tally((2, 2, 1), (0, 0, 0), ()).majority is None
    assert Tally((0, 0), (0, 0), ()).majority is None
    assert Tally((2, 2, 1), (0, 0, 1), ()).majority == 2


def test_an_answer_may_be_changed_while_the_vote_is_open_and_counts_once(shared):
    code, instructor, (student,) = room_with(shared, 1)
    for choice in (0, 1, 2):
        answers.answer(shared, code, student, 1, choice)
    assert answers.tally(shared, code, 1, browser=instructor).first == (0, 0, 1)
    assert answers.own_answer(shared, code, student, 1) == (2, None)


@pytest.mark.parametrize("choice", [-1, 3, 10**9, "0", None, 1.0, True])
def test_a_choice_that_is_none_is_refused(shared, choice):
    code, _, (student,) = room_with(shared, 1)
    with pytest.raises(RoomError, match="none of this question's answers"):
        answers.answer(shared, code, student, 1, choice)
    assert answers.turnout(shared, code, 1).answered == 0


def test_nobody_answers_for_another(shared):
    code, instructor, (student,) = room_with(shared, 1)
    answers.answer(shared, code, student, 1, 0)
    for forger in (browser(), instructor, "", "1", student[:-1]):
        with pytest.raises(NoSuchRoom, match="not joined"):
            answers.answer(shared, code, forger, 1, 2)
    _, _, (stranger,) = room_with(shared, 1)  # a student of another room
    with pytest.raises(NoSuchRoom):
        answers.answer(shared, code, stranger, 1, 2)
    assert answers.tally(shared, code, 1, browser=instructor).first == (1, 0, 0)


def test_a_student_cannot_see_the_tally_as_if_they_led(shared):
    code, _, (student,) = room_with(shared, 1)
    with pytest.raises(RoomError, match="instructor"):
        answers.tally(shared, code, 1, browser=student)


def test_one_client_cannot_flood_a_room(shared):
    code, _, (flooding, other) = room_with(shared, 2)

    def flood() -> None:
        for turn in range(1000):
            answers.answer(shared, code, flooding, 1, turn % 3)

    with pytest.raises(TooOften):
        flood()
    answers.answer(shared, code, other, 1, 0)
    assert answers.turnout(shared, code, 1).answered == 2


def test_resetting_one_question_leaves_the_others(shared):
    code, instructor, students = room_with(shared, 2)
    vote(shared, code, students, [0, 0])
    questions.move(shared, code, instructor, 1, Stage.SHOWN)
    questions.ask(shared, code, instructor, SLUG, "check_2")
    vote(shared, code, students, [1, 1], number=2)
    fresh = questions.reset(shared, code, instructor, 1)
    assert fresh.stage is Stage.VOTING
    assert questions.current(shared, code) == fresh
    assert fresh.number == 3  # another question than the one that phones have answered
    assert answers.tally(shared, code, 3, browser=instructor).first == (0, 0, 0)
    assert answers.tally(shared, code, 2, browser=instructor).first == (0, 2, 0)
    with pytest.raises(RoomError, match="no such question"):  # sent before its phone heard of it
        answers.answer(shared, code, students[0], 1, 0)


def test_never_more_have_answered_than_are_in_the_room(shared):
    code, instructor, students = room_with(shared, 3)
    vote(shared, code, students[:2], [0, 1])
    assert answers.turnout(shared, code, 1) == Turnout(2, 3)
    members.leave(shared, code, students[0])
    assert answers.turnout(shared, code, 1) == Turnout(1, 2)
    questions.move(shared, code, instructor, 1, Stage.ARGUING)
    questions.move(shared, code, instructor, 1, Stage.VOTING_AGAIN)
    assert answers.turnout(shared, code, 1) == Turnout(0, 2)
    assert Turnout(0, 0).share == 0


def test_a_question_goes_only_forwards(shared):
    code, instructor, _ = room_with(shared, 0)
    with pytest.raises(RoomError, match="cannot be"):
        questions.move(shared, code, instructor, 1, Stage.VOTING_AGAIN)
    questions.move(shared, code, instructor, 1, Stage.SHOWN)
    questions.move(shared, code, instructor, 1, Stage.SHOWN)  # pressed twice
    with pytest.raises(RoomError, match="cannot be"):
        questions.move(shared, code, instructor, 1, Stage.VOTING)


def test_scores_count_the_last_vote_of_shown_questions_and_ignore_order(shared):
    code, instructor, (first, second) = room_with(shared, 2)
    vote(shared, code, [first, second], [1, 0])
    assert answers.score(shared, code, first) == Score(0, 0)
    questions.move(shared, code, instructor, 1, Stage.ARGUING)
    questions.move(shared, code, instructor, 1, Stage.VOTING_AGAIN)
    vote(shared, code, [second, first], [0, 0])
    questions.move(shared, code, instructor, 1, Stage.SHOWN)
    assert answers.score(shared, code, first) == answers.score(shared, code, second) == Score(1, 1)


def test_words_reach_the_room_only_through_the_instructor(shared):
    code, instructor, (one, other) = room_with(shared, 2, part=None)
    questions.ask_in_words(shared, code, instructor, "What surprised you?")
    answers.answer_in_words(shared, code, one, 1, "<script>alert(1)</script>")
    answers.answer_in_words(shared, code, other, 1, " the \n loss ")
    assert answers.words(shared, code, 1) == []
    waiting = answers.words(shared, code, 1, browser=instructor)
    assert [each.text for each in waiting] == ["<script>alert(1)</script>", "the loss"]
    answers.let_through(shared, code, instructor, waiting[1].number, True)
    assert [each.text for each in answers.words(shared, code, 1)] == ["the loss"]
    answers.answer_in_words(shared, code, other, 1, "changed after it was let through")
    assert answers.words(shared, code, 1) == []  # and must be looked at again
    with pytest.raises(RoomError, match="instructor"):
        answers.let_through(shared, code, one, waiting[0].number, True)
    for bad in ("", "\u200b", "x" * 281):
        with pytest.raises(RoomError, match="characters"):
            answers.answer_in_words(shared, code, one, 1, bad)


def test_another_room_s_words_cannot_be_let_through(shared):
    code, instructor, (one,) = room_with(shared, 1, part=None)
    questions.ask_in_words(shared, code, instructor, "What surprised you?")
    answers.answer_in_words(shared, code, one, 1, "nothing")
    (waiting,) = answers.words(shared, code, 1, browser=instructor)
    other_code, other, _ = room_with(shared, 0)
    answers.let_through(shared, other_code, other, waiting.number, True)
    assert answers.words(shared, code, 1) == []


def test_everything_is_taken_home_and_no_name(shared):
    code, instructor, students = room_with(shared, 3)
    members.join(shared, code, students[0], "=HYPERLINK(1)")
    vote(shared, code, students, [0, 1, 1])
    questions.ask_in_words(shared, code, instructor, "And why?")
    answers.answer_in_words(shared, code, students[0], 2, "=1+1")
    rows = taking_home.answers_as_rows(shared, code, instructor)
    assert sorted(row["answer"] for row in rows) == sorted(["3 bits", "8 bits", "8 bits", "=1+1"])
    assert {row["student"] for row in rows} == {1, 2, 3}
    whole = json.loads(json_of(taking_home.room_as_document(shared, code, instructor)))
    assert [each["first_vote"] for each in whole["questions"][0]["choices"]] == [1, 2, 0]
    assert whole["questions"][1]["words"] == [{"text": "=1+1", "let_through": False}]
    for home in (csv_of(rows), json.dumps(whole)):
        assert "HYPERLINK" not in home
        assert "Student" not in home
        assert not any(student in home for student in students)
    assert "'=1+1" in csv_of(rows)
    with pytest.raises(RoomError, match="instructor"):
        taking_home.room_as_document(shared, code, students[0])
    assert PART in csv_of(rows)
