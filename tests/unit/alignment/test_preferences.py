"""Rankings, pairs and agreement, against published examples and counting by hand."""

from __future__ import annotations

import json

import pytest

from lib.alignment.agreeing import Judge, among, side_bias
from lib.alignment.answers import Answer, Sampling, prompts
from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import (
    Again,
    Choice,
    Ranking,
    check_learnable,
    cohen,
    contradictions,
    course_rankings,
    fleiss,
    self_agreement,
)
from lib.alignment.ranking_file import from_file, to_file
from lib.models.catalogue import BUNDLED, REAL


def ranking(*places: int, prompt: str = "p") -> Ranking:
    return Ranking(prompt, tuple(Answer(prompt, f"{prompt} {at}", 3) for at in range(4)), places)


def test_a_ranking_of_k_is_k_times_k_minus_1_over_2_pairs():
    assert len(ranking(1, 2, 3, 4).pairs) == 6  # Ouyang et al. 2022, section 3.5
    assert len(ranking(1, 1, 2, 2).pairs) == 4
    assert ranking(1, 1, 2, 2).ties == 2
    best = ranking(4, 1, 3, 2)
    assert {(pair.better.text, pair.worse.text) for pair in best.pairs} == {
        ("p 1", "p 0"), ("p 1", "p 2"), ("p 1", "p 3"), ("p 3", "p 2"), ("p 3", "p 0"), ("p 2", "p 0"),
    }  # fmt: skip


def test_where_none_is_good_there_is_no_pair_and_no_tie():
    none = ranking()
    assert none.none_is_good
    assert not none.pairs
    assert none.ties == 0


@pytest.mark.parametrize(
    ("rankings", "says"),
    [
        ([], "no ranking yet"),
        ([ranking(1, 1, 1, 1), ranking()], "nothing to learn"),
        ([ranking(1, 2, 3, 4), ranking(2, 1, 3, 4)], "about one prompt"),
    ],
)
def test_what_nothing_can_be_learnt_from_is_refused(rankings, says):
    with pytest.raises(AlignmentError, match=says):
        check_learnable(rankings)
    check_learnable([ranking(1, 2, 2, 2), ranking(1, 2, 2, 2, prompt="q")])


def test_an_answer_that_came_twice_is_not_preferred_to_itself():
    twice = (Answer("p", "the same", 2), Answer("p", "the same", 2), Answer("p", "another", 2))
    assert [(pair.better.text, pair.worse.text) for pair in Ranking("p", twice, (1, 2, 3)).pairs] == [
        ("the same", "another")
    ] * 2


def test_rankings_that_contradict_each_other_are_counted():
    assert contradictions([ranking(1, 2, 3, 4), ranking(2, 1, 3, 4)]) == 1
    assert contradictions([ranking(1, 2, 3, 4), ranking(4, 3, 2, 1)]) == 6
    assert contradictions([ranking(1, 2, 3, 4), ranking(4, 3, 2, 1, prompt="q")]) == 0


@pytest.mark.parametrize("places", [(1, 2, 3), (0, 1, 2, 3)])
def test_places_that_cannot_be_are_refused(places):
    with pytest.raises(AlignmentError, match=r"(?i)place"):
        ranking(*places)


def test_cohen_s_kappa():
    """50 applications, "yes" and "no" by two readers: https://en.wikipedia.org/wiki/Cohen%27s_kappa, first example."""
    judged = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = cohen(judged)
    assert (found.observed, found.expected) == (0.7, 0.5)
    assert (found.alike, found.items) == (35, 50)
    assert found.kappa == pytest.approx(0.4)
    assert cohen([("y", "y")]).kappa is None
    with pytest.raises(AlignmentError, match="twice"):
        cohen([])


def test_fleiss_kappa():
    """Ten subjects, fourteen raters: https://en.wikipedia.org/wiki/Fleiss%27_kappa, worked example, κ = 0.210."""
    counts = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    assert fleiss(counts).kappa == pytest.approx(0.210, abs=5e-4)
    assert fleiss(counts).alike == 1  # the first subject
    with pytest.raises(AlignmentError, match="at least two"):
        fleiss([[1, 0], [0, 1]])


def test_two_judges_are_cohen_s_and_three_fleiss():
    me, same = Judge("me", (ranking(1, 2, 3, 4),)), Judge("same", (ranking(1, 2, 3, 4),))
    other = Judge("other", (ranking(4, 3, 2, 1),))
    assert among([me, same]).observed == 1
    assert among([me, other]).observed == 0
    assert among([me, same, other]).observed == pytest.approx(1 / 3)
    with pytest.raises(AlignmentError, match="both"):
        among([me, Judge("elsewhere", (ranking(1, 2, 3, 4, prompt="q"),))])


def test_a_judge_asked_again_with_sides_swapped():
    first = ranking(1, 2, 3, 4)
    again = [Again(first, 1, 0, Choice.SECOND), Again(first, 3, 2, Choice.FIRST), Again(first, 2, 1, Choice.TIE)]
    assert again[0].before is Choice.SECOND
    assert self_agreement(again).observed == pytest.approx(1 / 3)
    assert side_bias(again) == 0.5
    assert side_bias(again[2:]) is None


@pytest.mark.parametrize("model", [BUNDLED, REAL])
def test_the_course_s_rankings_are_whole(model):
    found = course_rankings(model)
    assert tuple(each.prompt for each in found) == prompts(model)
    assert all(len(each.answers) == 4 for each in found)
    check_learnable(found)


def test_rankings_come_home_and_are_loaded_again():
    mine = (ranking(1, 2, 2, 4), ranking(prompt="q"))
    assert from_file(json.dumps(to_file(mine)).encode(), "mine.json") == mine


def file_with(*tokens: str) -> bytes:
    """One ranking of answers that are said to have so many tokens."""
    answers = ", ".join(f'{{"text": "{n}", "tokens": {each}, "ended": true}}' for n, each in enumerate(tokens))
    places = list(range(1, len(tokens) + 1))
    rankings = f'[{{"prompt": "p", "answers": [{answers}], "places": {places}}}]'
    return f'{{"format": "finetuning-lab rankings 1", "rankings": {rankings}}}'.encode()


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"not json",
        b"[" * 100_000,
        b"[]",
        b'{"format": "finetuning-lab rankings 1"}',
        b'{"format": "finetuning-lab rankings 1", "rankings": [{}]}',
        b'{"format": "finetuning-lab rankings 1", "rankings": [{"prompt": 7, "answers": [], "places": []}]}',
        b'{"format": "finetuning-lab rankings 1", "rankings": [{"prompt": "p", "answers": [], "places": [1]}]}',
        b'{"format": "finetuning-lab rankings 1", "rankings": [{"prompt": "p", "answers": [{"text": "a", "tokens": '
        b'1e999, "ended": 1}], "places": [1]}]}',
        b" " * 2_000_001,
        file_with("-1"),
        file_with("1" + 400 * "0"),
        file_with(*["1"] * 20_000),  # of 20,000 answers there would be 200 million pairs
    ],
    ids=range(13),
)
def test_a_file_that_is_none_is_refused_by_name(content):
    with pytest.raises(AlignmentError, match=r"“others\.json”"):
        from_file(content, "others.json")


@pytest.mark.parametrize(
    "setting", [{"prompts": ()}, {"prompts": ("  ",)}, {"count": 0}, {"temperature": 0}, {"temperature": float("nan")}]
)
def test_a_sampling_that_cannot_be_is_refused(setting):
    with pytest.raises(AlignmentError):
        Sampling(**{"prompts": ("Why?",)} | setting)
