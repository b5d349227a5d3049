"""Boxes, rounds, the file and the sheet; hostile files first."""

from __future__ import annotations

import json
import re

import pytest

from lib.lesson.own_file import MOST_BYTES
from lib.lesson.quiz.boxes import LAST_BOX, Record, moved
from lib.lesson.quiz.drawing import draw
from lib.lesson.quiz.errors import QuizError
from lib.lesson.quiz.file import FORMAT, from_file, to_file
from lib.lesson.quiz.questions import quiz, topics
from lib.lesson.quiz.sheet import result_sheet
from lib.lesson.quiz.standing import by_chapter, by_group, due_next, to_revisit, whole


def played(record: Record, count: int, right, seed: int = 1, group: str | None = None) -> Record:
    """A round in which `right(id)` says what is answered rightly."""
    ids = draw(record, count, seed + record.rounds, group)
    record = record.begun(ids, seed)
    for id in ids:
        option = next(each for each in quiz()[id].asked.options if each.correct is right(id))
        record = record.answered(id, option.text, option.correct).moved_on()
    assert record.round.over
    return record.ended()


def rightly(_: str) -> bool:
    return True


def wrongly(_: str) -> bool:
    return False


SEEN = {"box": 2, "round": 1, "right": 1, "wrong": 0, "last_right": True}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b'{"format": "finetuning-lab progress 1"}',
        b" " * (MOST_BYTES + 1),
        *(
            json.dumps({"format": FORMAT, "rounds": 1, "questions": {"adapters-1": {**SEEN, **wrong}}}).encode()
            for wrong in (
                {"box": 99},
                {"box": 0},
                {"box": 1.5},
                {"box": True},
                {"round": 2},
                {"right": -1},
                {"right": 0},
                {"wrong": 10**30},
                {"last_right": False},
                {"last_right": "yes"},
            )
        ),
        json.dumps({"format": FORMAT, "rounds": "1", "questions": {}}).encode(),
        json.dumps({"format": FORMAT, "rounds": 1, "questions": [1]}).encode(),
        json.dumps({"format": FORMAT, "rounds": 1, "questions": {"adapters-1": None}}).encode(),
    ],
)
def test_a_hostile_file_is_refused_in_one_sentence(content):
    with pytest.raises(QuizError) as refused:
        from_file(content, "mine.json")
    assert str(refused.value).count(". ") == 0
    assert "Save my quiz" in str(refused.value)


def test_what_was_saved_is_loaded_and_unknown_questions_are_left_out():
    record = played(Record(), 10, lambda id: len(id) % 2 == 0)
    written = to_file(record)
    assert from_file(json.dumps(written).encode(), "a").record == record
    written["questions"]["no-such-question"] = SEEN
    loaded = from_file(json.dumps(written).encode(), "a")
    assert (loaded.record, loaded.left_out) == (record, 1)


def test_boxes_go_up_one_by_one_and_down_at_once():
    assert [moved(box, True) for box in range(1, LAST_BOX + 1)] == [2, 3, 4, 5, 5]
    assert {moved(box, False) for box in range(1, LAST_BOX + 1)} == {1}


def test_a_wrong_answer_comes_back_next_round_and_a_right_one_later():
    record = played(Record(), 10, wrongly)
    missed = set(record.seen)
    assert due_next(record) == 10
    again = draw(record, 10, 5)
    assert len(missed & set(again)) == 5, "at most half of a round comes back while there are new questions"
    right = played(Record(), 10, rightly)
    assert due_next(right) == 0
    assert not set(right.seen) & set(draw(right, 10, 5))
    assert {seen.due for seen in right.seen.values()} == {3}


def test_a_question_counts_once_a_round():
    record = Record().begun(draw(Record(), 1, 1), 1)
    id = record.round.ids[0]
    once = record.answered(id, "x", False)
    assert once.answered(id, "y", True) == once
    assert record.answered("not asked", "x", True) == record


def test_every_question_comes_and_chapters_take_turns():
    record = Record()
    ids = draw(record, len(topics()), 7)
    assert {quiz()[id].topic for id in ids} == set(topics()), "one of each chapter before a second of any"
    for _ in range(40):
        record = played(record, 10, rightly)
    assert set(record.seen) == set(quiz())
    assert max(seen.box for seen in record.seen.values()) > 2


def test_a_round_of_a_group_asks_about_it_alone_and_seeds_are_repeatable():
    assert {quiz()[id].topic for id in draw(Record(), 8, 3, "Memory")} <= set(topics("Memory"))
    assert draw(Record(), 10, 3) == draw(Record(), 10, 3) != draw(Record(), 10, 4)
    for count, group in ((0, None), (51, None), (5, "<b>")):
        with pytest.raises(QuizError):
            draw(Record(), count, 1, group)


def test_standings_add_up_and_the_last_answer_counts():
    record = played(Record(), 10, wrongly)
    assert whole(record).wrong == 10 == sum(each.wrong for each in to_revisit(record))
    assert sum(each.questions for each in by_group(record)) == len(quiz()) == whole(record).questions
    assert sum(each.answered for each in by_chapter(record).values()) == 10
    again = played(record, 10, rightly)
    assert whole(again).right == 10
    assert whole(again).wrong == 5


def test_the_sheet_is_html_and_a_name_stays_text():
    sheet = result_sheet(played(Record(), 10, wrongly), "<script>alert('x')</script>&")
    assert not {"script", "style", "link", "img"} & set(re.findall(r"<(\w+)", sheet))
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&amp;" in sheet
    assert "0 of 10 questions answered correctly" in sheet
