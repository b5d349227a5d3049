"""A reward model: the head against closed forms, the job on the tiny model."""

from __future__ import annotations

import math

import pytest
import torch

from lib.alignment.answers import Answer
from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Pair, Ranking
from lib.alignment.reward import job
from lib.alignment.reward.features import hidden_states
from lib.alignment.reward.head import Standardised, fitted, rewards
from lib.alignment.reward.length import longer_wins
from lib.alignment.reward.run import (
    FOLDS,
    CurvePoint,
    Fitted,
    Judged,
    Read,
    RewardRun,
    RewardStep,
    calibration,
    calibration_error,
    correlation,
)
from lib.charts.alignment.reward import enough
from lib.models import catalogue
from lib.models.load import load

pytestmark = [pytest.mark.torch, pytest.mark.usefixtures("bundled_is_tiny")]


def judged(margin: float, better: int = 5, worse: int = 5) -> Judged:
    return Judged(Pair("p", Answer("p", "a", better), Answer("p", "b", worse)), margin)


def test_bradley_terry_finds_the_odds():
    """One number tells two answers apart, and the first wins 3 of 4: without a penalty σ(w) = 3 / 4, so w = ln 3."""
    values = torch.tensor([[1.0], [0.0]])
    weights = fitted(values, [0, 0, 0, 1], [1, 1, 1, 0], weight_decay=0.0, steps=2000)
    assert weights.item() == pytest.approx(math.log(3), abs=1e-2)


def test_preferences_that_contradict_each_other_cancel():
    weights = fitted(torch.randn(2, 5), [0, 1], [1, 0], weight_decay=0.1, steps=300)
    assert weights.abs().max() < 1e-3


def test_a_lengthless_reward_cannot_count():
    torch.manual_seed(0)
    tokens = torch.randint(3, 40, (60,)).float()
    states = torch.randn(60, 8) + tokens[:, None] * torch.randn(8)
    longer = [(a, b) for a in range(60) for b in range(a) if tokens[a] > tokens[b]][:200]
    answers = [Answer("p", str(at), int(each)) for at, each in enumerate(tokens)]
    for lengthless in (False, True):
        standard = Standardised(states, tokens, within=["p"] * 60 if lengthless else None)
        weights = fitted(standard.values, *zip(*longer, strict=True), weight_decay=0.1, steps=200)
        given = rewards(standard.head("m", weights), states, answers)
        assert torch.allclose(given, standard.values @ weights, atol=1e-3)
        found = correlation(tokens.tolist(), given.tolist())
        assert abs(found) < 0.01 if lengthless else found > 0.9


def test_how_sure_and_how_often_right():
    """Four pairs at about 73% of which three are right, and one at 95% that is wrong."""
    pairs = [judged(1.0), judged(1.0), judged(1.0), judged(-1.0), judged(-3.0)]
    bins = calibration(pairs)
    assert [(each.pairs, each.true) for each in bins] == [(4, 0.75), (1, 0.0)]
    assert bins[0].said == pytest.approx(1 / (1 + math.exp(-1)))
    assert calibration_error(bins) == pytest.approx((4 * abs(0.731 - 0.75) + 0.953) / 5, abs=1e-3)


def test_the_longer_one_wins_and_equal_lengths_are_a_coin():
    pairs = [judged(0, 6, 3).pair, judged(0, 3, 6).pair, judged(0, 4, 4).pair, judged(0, 9, 1).pair]
    assert longer_wins(pairs) == 2.5 / 4
    assert correlation([1, 2, 3], [5, 5, 5]) is None
    assert correlation([1, 2, 3], [2, 4, 6]) == pytest.approx(1)


def test_hidden_states_do_not_depend_on_who_is_read_beside():
    model, tokenizer = load(catalogue.find(catalogue.BUNDLED))
    answers = [Answer("The king", "went home", 2), Answer("A", "dog", 1), Answer("Why", "because of the long rain", 5)]
    (together,) = hidden_states(model, tokenizer, answers)
    alone = torch.cat([next(hidden_states(model, tokenizer, [each])) for each in answers])
    assert torch.allclose(together, alone, atol=1e-4)


def rankings(prompts: int) -> tuple[Ranking, ...]:
    """The answer with more letters "e" is better: something that hidden states can tell."""
    texts = ("see the tree", "a bad cat", "he fell here", "stop dog")
    order = sorted(range(4), key=lambda at: -texts[at].count("e"))
    places = tuple(order.index(at) + 1 for at in range(4))
    return tuple(
        Ranking(f"p{number}", tuple(Answer(f"p{number}", text, 3) for text in texts), places)
        for number in range(prompts)
    )


@pytest.mark.parametrize("prompts", [2, 3, 5, 6, 20])
def test_what_is_held_out_is_told_as_it_is(prompts):
    run = RewardRun(rankings(prompts))
    table = job._Table(run, torch.zeros(len(run.answers), 2))
    assert (run.prompts_held_out, run.prompts_compared) == (len(table.parts(FOLDS)[0]), prompts)


def test_one_point_is_no_curve():
    point = CurvePoint(1, 6, 0.67, 0.1, 12)
    assert enough([point], 0.5).layout.title.text == "67% from 1 prompt"


def test_a_reward_is_learnt_and_carries_over_to_prompts_never_seen():
    events = list(job.learn_reward(RewardRun(rankings(6), steps=40)))
    assert [type(events[0]), type(events[-1])] == [Read, Fitted]
    steps = [event for event in events if isinstance(event, RewardStep)]
    assert steps[0].loss == pytest.approx(math.log(2))
    assert steps[-1].loss < steps[0].loss
    assert [event.prompts for event in events if isinstance(event, CurvePoint)] == [1, 2, 4, 5]
    learnt = events[-1].as_learnt
    assert len(learnt.judged) == 36
    assert learnt.accuracy == 1.0  # the same four texts after every prompt
    assert len(learnt.rewards) == 24
    again = list(job.learn_reward(RewardRun(rankings(6), steps=40)))
    assert again[-1].as_learnt.head == learnt.head


@pytest.mark.parametrize("setting", [{"weight_decay": 0.0}, {"weight_decay": float("nan")}, {"steps": 0}])
def test_a_run_that_cannot_be_is_refused(setting):
    with pytest.raises(AlignmentError):
        RewardRun(rankings(2), **setting)
