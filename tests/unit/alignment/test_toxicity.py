"""Word list, confusion matrix, cost of a day, the classifier and its recording; hostile inputs first."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from lib.alignment.errors import AlignmentError
from lib.alignment.toxicity.confusion import Confusion, Day, at_threshold, cheapest, confusion, cost_curve
from lib.alignment.toxicity.recorded import recorded_toxicity
from lib.alignment.toxicity.run import FOLDS, ClassifierStep, Scored, TextsRead, ToxicityRun, parts
from lib.alignment.toxicity.texts import (
    LISTED,
    MOST_CHARACTERS,
    MOST_OWN,
    OPEN,
    PLAIN,
    VEILED,
    Labelled,
    course_texts,
    course_words,
    with_another,
)
from lib.alignment.toxicity.word_list import MASK, MOST_WORDS, WordList, masked, word_list
from lib.models.catalogue import BUNDLED

MANY = tuple(Labelled(f"text {number}", rude=True) for number in range(MOST_OWN))


@pytest.mark.parametrize(
    ("own", "text", "says"),
    [
        ((), "  \n ", "empty"),
        ((), "x" * (MOST_CHARACTERS + 1), "characters"),
        ((), "the MUSEUM  is closed on Mondays.", "there already"),
        ((Labelled("Mine.", rude=False),), "mine.", "there already"),
        (MANY, "One more.", "take one out"),
    ],
)
def test_a_text_that_cannot_be_taken_is_refused_in_one_sentence(own, text, says):
    with pytest.raises(AlignmentError, match=says):
        with_another(own, text, rude=True)


@pytest.mark.parametrize("typed", ["", " , ,, ", ", ".join(f"w{number}" for number in range(MOST_WORDS + 1))])
def test_a_list_without_words_or_with_too_many_is_refused(typed):
    with pytest.raises(AlignmentError, match="word"):
        word_list(typed)


def test_words_are_words_and_not_patterns():
    assert word_list(".*, (, [a").found("harmless") == ()
    assert word_list("c++").found("I write C++ at night") == ("c++",)


def test_a_word_inside_another_counts_only_if_asked_for():
    assert not word_list("kill").flags("Her skills as a painter")
    assert word_list("kill", inside=True).flags("Her skills as a painter")
    assert word_list(" SHUT   up ,stupid").found("Shut up!") == ("shut up",)


def test_the_course_s_texts_are_what_their_kind_says():
    """By Python's own substring search, another than the list's."""
    assert Counter(each.kind for each in course_texts()) == {PLAIN: 16, LISTED: 16, OPEN: 16, VEILED: 16}
    assert len({each.text for each in course_texts()}) == 64
    for each in course_texts():
        has_word = any(f" {word} " in f" {_only_letters(each.text)} " for word in course_words())
        assert has_word is WordList(course_words()).flags(each.text)
        assert each.kind not in (PLAIN, VEILED) or not has_word
        assert each.kind != LISTED or has_word


def _only_letters(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())


def test_no_rude_text_shows_a_listed_word():
    for each in course_texts():
        shown = masked(each, WordList(course_words()))
        assert (MASK in shown) is (each.kind == OPEN)
        assert each.rude or shown == each.text
        if each.kind == OPEN:
            assert not any(word in shown.lower() for word in (*course_words(), "stup1d"))
    assert masked(Labelled("You clowns!", rude=True), WordList(("clown",))) == f"You {MASK}!"


def test_counts_and_rates_are_those_of_scikit_learn_s_example():
    """sklearn's documentation of `confusion_matrix`: [0, 1, 0, 1] against [1, 1, 1, 0] gives (tn, fp, fn, tp) =
    (0, 2, 1, 1)."""
    found = confusion([False, True, False, True], [True, True, True, False])
    assert found == Confusion(hits=1, misses=1, false_alarms=2, passed=0)
    assert (found.miss_rate, found.false_alarm_rate, found.precision) == (1 / 2, 1, 1 / 3)
    for labels in ([], [True], [False, False]):
        with pytest.raises(AlignmentError, match="rude and harmless"):
            confusion(labels, [True] * len(labels))


def test_a_higher_threshold_buys_misses_with_false_alarms():
    rude, scores = [True, True, False, False], [0.9, 0.4, 0.6, 0.1]
    curve = [at_threshold(rude, scores, threshold) for threshold in (0, 0.3, 0.5, 0.95, 1)]
    assert [each.misses for each in curve] == [0, 0, 1, 2, 2]
    assert [each.false_alarms for each in curve] == [2, 1, 1, 0, 0]
    assert curve[-1].precision is None


def test_a_day_is_bayes_rule():
    """A test with 90% hits and 10% false alarms at 1% of cases: 9 of 108 flagged ones are cases (9 / (9 + 99))."""
    rates, day = Confusion(hits=9, misses=1, false_alarms=1, passed=9), Day(1000, 0.01, 2, 5)
    assert day.precision(rates) == pytest.approx(9 / 108)
    assert day.cost(rates) == pytest.approx(2 * 99 + 5 * 1)
    assert Day(1000, 0.01, 0, 0).cheapest_if_calibrated(0.5) is None
    assert Day(1000, 0.5, 1, 1).precision(Confusion(0, 10, 0, 10)) is None


def test_the_cheapest_threshold_is_what_theory_says_where_scores_are_calibrated():
    """Scores that are the share of rude texts among their likes: flag where (1 − p) · 1 < p · 4, so from p = 0.2."""
    scores = [p / 20 for p in range(21) for _ in range(20)]
    rude = [place < p for p in range(21) for place in range(20)]
    day = Day(420, sum(rude) / len(rude), 1, 4)
    assert day.cheapest_if_calibrated(day.rude_share) == pytest.approx(0.2)
    costs = {round(each.threshold, 2): each.cost for each in cost_curve(rude, scores, day)}
    assert cheapest(cost_curve(rude, scores, day)).cost == pytest.approx(costs[0.2])
    assert costs[0.1] > costs[0.2] < costs[0.4]


def test_a_rarer_kind_needs_a_higher_score():
    """Learnt at 50%, a score of 10/11 are odds of 10; where 1 text in 11 is rude they are odds of 1."""
    assert Day(1, 1 / 11, 1, 1).cheapest_if_calibrated(0.5) == pytest.approx(10 / 11)


def test_parts_leave_every_text_out_once_and_share_the_kinds():
    own = tuple(Labelled(f"Mine {number}.", rude=number % 2 == 0) for number in range(5))
    run = ToxicityRun(own=own, seed=3)
    dealt = parts(run.texts, run.seed)
    assert sorted(number for part in dealt for number in part) == list(range(69))
    assert len(dealt) == FOLDS
    for kind in (PLAIN, LISTED, OPEN, VEILED):
        assert {sum(run.texts[number].kind == kind for number in part) for part in dealt} == {2}
    assert parts(run.texts, 3) == dealt != parts(run.texts, 4)


@pytest.mark.parametrize("bad", [{"weight_decay": 0}, {"weight_decay": math.nan}, {"steps": 9}, {"steps": 10**9}])
def test_a_run_that_cannot_be_is_refused(bad):
    with pytest.raises(AlignmentError, match=next(iter(bad))):
        ToxicityRun(**bad)


@pytest.mark.usefixtures("bundled_is_tiny")
def test_it_learns_and_scores_texts_that_it_has_not_seen():
    from lib.alignment.toxicity.job import learn_to_flag

    own = (Labelled("Mine is <|endoftext|> harmless.", rude=False),)
    run = ToxicityRun(BUNDLED, own, weight_decay=0.001, steps=60)
    events = list(learn_to_flag(run))
    read = [each for each in events if isinstance(each, TextsRead)]
    steps = [each for each in events if isinstance(each, ClassifierStep)]
    assert (read[-1].done, read[-1].total) == (65, 65)
    assert steps[0].loss == pytest.approx(math.log(2), abs=1e-6)  # weights of zero know nothing
    assert steps[-1].loss < 0.5 * steps[0].loss
    assert steps[-1].training_accuracy > 0.9
    (done,) = (each for each in events if isinstance(each, Scored))
    assert done.texts == run.texts
    assert all(0 <= score <= 1 for score in done.scores)
    again = next(each for each in learn_to_flag(run) if isinstance(each, Scored))
    assert again.scores == done.scores


@pytest.mark.usefixtures("bundled_is_tiny")
def test_a_label_that_is_left_out_cannot_be_known():
    """Turning one text's label round changes what the others' classifiers learn, and never its own score."""
    from lib.alignment.toxicity.job import learn_to_flag

    def scores(*, rude: bool) -> tuple[float, ...]:
        run = ToxicityRun(BUNDLED, (Labelled("Lone words.", rude=rude),), steps=20)
        return next(each for each in learn_to_flag(run) if isinstance(each, Scored)).scores

    one, other = scores(rude=True), scores(rude=False)
    assert one[-1] == pytest.approx(other[-1], abs=1e-6)
    assert np.abs(np.subtract(one, other)).max() > 1e-4


def test_what_was_recorded_fails_as_the_page_says():
    scored = recorded_toxicity().scored
    listed = confusion(scored.rude, [WordList(course_words()).flags(each.text) for each in scored.texts])
    learnt = at_threshold(scored.rude, scored.scores, 0.5)
    assert listed.false_alarms == 16
    assert learnt.misses < listed.misses
    assert learnt.false_alarms < listed.false_alarms
    assert learnt.misses > 0
    assert learnt.false_alarms > 0
    lecture = next(each for each in scored.texts if each.text.startswith("I can’t take you seriously"))
    assert f"{scored.scores[scored.texts.index(lecture)]:.0%}" == "93%"  # said in the prediction's explanation
    assert set(recorded_toxicity().facts) >= {"model", "device", "date", "versions", "source"}
