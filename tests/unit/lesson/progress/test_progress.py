"""What counts as done and what is next, on the course as it ships; files of others, hostile ones first."""

from __future__ import annotations

import json

import pytest

from lib import curriculum
from lib.curriculum import LOOKED_UP
from lib.lesson.cases.stories import cases
from lib.lesson.progress.errors import ProgressError
from lib.lesson.progress.file import FORMAT, Kept, from_file, to_file
from lib.lesson.progress.record import (
    MOST_CHARACTERS,
    MOST_SENTENCES,
    Progress,
    Told,
    prediction_key,
    question_key,
)
from lib.lesson.progress.standing import State, course_standing
from lib.lesson.quiz.boxes import Record
from lib.lesson.quiz.drawing import draw
from lib.lesson.quiz.questions import quiz

SLUGS = [each.slug for each in curriculum.chapters() if each.slug not in LOOKED_UP]
FIRST, SECOND, THIRD = SLUGS[:3]


def option(slug: str, number: int, correct: bool) -> str:
    question = curriculum.chapter(slug).questions[number - 1]
    return next(each.text for each in question.options if each.correct is correct)


def answered(progress: Progress, slug: str, correct: bool = True) -> Progress:
    for number in range(1, len(curriculum.chapter(slug).questions) + 1):
        progress = progress.with_answer(question_key(slug, number), option(slug, number, correct))
    return progress


def standing_of(progress: Progress, slug: str):
    return next(each for each in course_standing(progress).chapters if each.chapter.slug == slug)


def told_of(**changed) -> dict:
    return {"kv_cache": {"settings": [], "sentences": [], "table": []} | changed}


def file_of(**changed) -> bytes:
    return json.dumps({"format": FORMAT, "opened": [], "answers": {}, "told": {}} | changed).encode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "holds no progress"),
        (b'{"format": "finetuning-lab rankings 1"}', "holds no progress"),
        (b" " * 1_000_001, "larger than 1 MB"),
        (json.dumps({"format": FORMAT}).encode(), "cannot be read"),
        (file_of(opened="kv_cache"), "cannot be read"),
        (file_of(opened=[["kv_cache"]]), "cannot be read"),
        (file_of(answers=[1]), "cannot be read"),
        (file_of(answers={"check_kv_cache_1": "yes"}), "cannot be read"),
        (file_of(answers={"check_kv_cache_1": {"first": None, "last": {}}}), "cannot be read"),
        (file_of(told=told_of(settings=[["a"]])), "cannot be read"),
        (file_of(told=told_of(settings={})), "cannot be read"),
        (file_of(told=told_of(sentences=["x" * (MOST_CHARACTERS + 1)])), "cannot be read"),
        (file_of(told=told_of(sentences=["x"] * (MOST_SENTENCES + 1))), "cannot be read"),
        (file_of(told=told_of(table=[["a"], ["b", "c"]])), "cannot be read"),
        (file_of(told=told_of(table=[["a"]] * 99)), "cannot be read"),
        (file_of(told=told_of(table="a")), "cannot be read"),
        (file_of(told=told_of(offered=60)), "cannot be read"),
        (file_of(told=told_of(offered=[-1, 2])), "cannot be read"),
        (file_of(told=told_of(offered=[True, 10**12])), "cannot be read"),
        (file_of(told=None), "cannot be read"),
        (file_of(quiz=None), "cannot be read"),
        (file_of(quiz={"rounds": -1, "questions": {}}), "cannot be read"),
        (file_of(quiz={"rounds": 1, "questions": {"adapters-1": {"box": 9}}}), "cannot be read"),
        (file_of(cases=["clinic"]), "cannot be read"),
        (file_of(cases={"clinic": ["x"]}), None),
    ],
)
def test_what_is_no_file_of_progress_is_refused_in_a_sentence(content, says):
    if says is None:
        assert from_file(content, "x.json").left_out == 1
        return
    with pytest.raises(ProgressError, match=says) as refused:
        from_file(content, "x.json")
    assert str(refused.value).endswith("“Save my progress” made.")


def test_what_the_course_does_not_have_is_left_out_and_counted():
    right = option("kv_cache", 1, True)
    read = from_file(
        file_of(
            opened=["kv_cache", "no_such_chapter"],
            answers={
                "check_kv_cache_1": {"first": right, "last": right},
                "check_kv_cache_2": {"first": "an answer of an older course", "last": "the same"},
                "check_no_such_chapter_1": {"first": right, "last": right},
            },
            told={"__proto__": {"settings": [], "sentences": [], "table": []}},
        ),
        "x.json",
    )
    assert read.progress.opened == ("kv_cache",)
    assert set(read.progress.answers) == {"check_kv_cache_1"}
    assert read.progress.told == {}
    assert read.left_out == 4


def test_a_file_brings_back_what_was_saved():
    saved = answered(Progress(), FIRST, correct=False).with_opened(FIRST).with_opened(SECOND)
    saved = answered(saved, FIRST).with_told(
        {FIRST: Told.shortened([("Context", "4,096")], ["“<b>” costs 128 KB"], [{"n": 1}])}
    )
    clinic = cases()["clinic"]
    kept = Kept(saved, played(Record(), 5), {clinic.id: clinic.asked.options[1].text})
    read = from_file(json.dumps(to_file(kept)).encode(), "x.json")
    assert read.kept == Kept(saved, kept.quiz.ended(), kept.decided)
    assert read.left_out == 0


def played(record: Record, count: int) -> Record:
    """A round of the quiz, every question answered rightly but the first."""
    record = record.begun(draw(record, count, 1), 1)
    for number, id in enumerate(record.round.ids):
        options = quiz()[id].asked.options
        option = next(each for each in options if each.correct is (number > 0))
        record = record.answered(id, option.text, option.correct).moved_on()
    return record


def test_a_file_from_before_the_quiz_was_kept_is_read():
    read = from_file(file_of(opened=["kv_cache"]), "x.json")
    assert read.kept == Kept(Progress(("kv_cache",)))
    assert Kept().empty
    assert not read.kept.empty


def test_what_the_quiz_and_the_cases_no_longer_ask_is_left_out_and_counted():
    record = played(Record(), 5)
    written = to_file(Kept(Progress(), record, {"clinic": "an older option", "no_such_case": "x"}))
    written["quiz"]["questions"]["gone-1"] = next(iter(written["quiz"]["questions"].values()))
    read = from_file(json.dumps(written).encode(), "x.json")
    assert read.left_out == 3
    assert read.kept.quiz == record.ended()
    assert read.kept.decided == {}


def test_loading_the_same_quiz_twice_changes_nothing_and_the_longer_one_stands():
    short, long = played(Record(), 10), played(played(played(Record(), 5), 5), 5)
    assert short.joined_to(short) == short
    joined = short.joined_to(long)
    assert joined.joined_to(long) == joined
    assert joined.rounds == 3
    assert set(joined.seen) == set(short.seen) | set(long.seen)
    assert all(joined.seen[id] == long.seen[id] for id in long.seen)
    assert joined.round == short.round, "the round under way goes on"
    assert all(
        seen.round <= joined.rounds and seen.right + seen.wrong <= joined.rounds for seen in joined.seen.values()
    )


def test_a_chapter_is_done_once_all_its_questions_stand_right():
    progress = Progress().with_opened(FIRST)
    assert standing_of(progress, FIRST).state is State.STARTED
    progress = answered(progress, FIRST, correct=False)
    wrong = standing_of(progress, FIRST)
    assert (wrong.answered, wrong.right, wrong.state) == (wrong.questions, 0, State.STARTED)
    put_right = standing_of(answered(progress, FIRST), FIRST)
    assert (put_right.right, put_right.right_at_first, put_right.state) == (put_right.questions, 0, State.DONE)
    assert standing_of(Progress(), FIRST).state is State.NEW


def test_a_prediction_counts_as_it_was_made_first():
    slug = next(slug for slug in SLUGS if curriculum.chapter(slug).predict)
    options = curriculum.chapter(slug).predict.options
    wrong, right = (next(each.text for each in options if each.correct is is_it) for is_it in (False, True))
    progress = Progress().with_answer(prediction_key(slug), wrong).with_answer(prediction_key(slug), right)
    assert standing_of(Progress(), slug).prediction is None
    assert standing_of(progress, slug).prediction is False
    course = course_standing(progress)
    assert (course.predicted, course.predicted_rightly) == (1, 0)


def test_next_is_the_chapter_opened_last_until_it_is_done_then_the_one_after_it():
    assert course_standing(Progress()).next.slug == FIRST
    progress = Progress().with_opened(SECOND)
    assert course_standing(progress).next.slug == SECOND
    assert course_standing(answered(progress, SECOND)).next.slug == THIRD
    assert course_standing(answered(progress, SECOND).with_opened("home")).next.slug == THIRD


def test_next_comes_round_to_what_was_left_out_and_ends():
    progress = Progress()
    for slug in SLUGS[1:]:
        progress = answered(progress.with_opened(slug), slug)
    assert course_standing(progress).next.slug == FIRST
    everything = course_standing(answered(progress, FIRST))
    assert everything.next is None
    assert everything.right == everything.questions
    assert everything.count(State.DONE) == len(SLUGS)


def test_two_records_are_joined_first_answers_from_the_older_and_last_ones_from_the_newer():
    older = answered(Progress().with_opened(FIRST).with_opened(SECOND), FIRST, correct=False)
    newer = answered(Progress().with_opened(FIRST), FIRST)
    joined = newer.joined_to(older)
    assert joined.opened == (SECOND, FIRST)
    standing = standing_of(joined, FIRST)
    assert (standing.right, standing.right_at_first) == (standing.questions, 0)


def test_every_group_says_what_it_is_about():
    for group in curriculum.COURSE:
        assert group == "Start" or curriculum.about_group(group).endswith(".")
