"""A judge who likes length, and the correction: rankings worked out by hand, and answers made so that it is known what
is good in them and what a token is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lib.alignment.answers import Answer
from lib.alignment.by_prompt import error_of_difference
from lib.alignment.errors import AlignmentError
from lib.alignment.length import length_rankings, swayed_by_length, turned
from lib.alignment.preferences import Pair, Ranking, course_rankings, pairs_of
from lib.alignment.reward.head import Standardised, fitted, fitted_without
from lib.alignment.reward.job import _Table
from lib.alignment.reward.length import error_by_prompt, longer_preferred, longer_wins, slope_through_mean, won_back
from lib.alignment.reward.run import Fitted, Judged, Learnt, RewardRun, correlation
from lib.models.catalogue import BUNDLED, REAL

pytestmark = pytest.mark.torch

PROMPTS, EACH, HIDDEN = 60, 4, 6


def ranking(places: tuple[int, ...], tokens: tuple[int, ...]) -> Ranking:
    return Ranking("p", tuple(Answer("p", f"answer {at}", each) for at, each in enumerate(tokens)), places)


def test_six_tokens_more_are_worth_a_place():
    """1 - 4/6 = 2 - 10/6 (a tie); 3 - 22/6 is below both, 4 - 4/6 above."""
    fair = [ranking((1, 2, 3, 4), (4, 10, 22, 4)), ranking((), (1, 2))]
    swayed = swayed_by_length(fair, 6)
    assert [each.places for each in swayed] == [(2, 2, 1, 3), ()]
    assert {(pair.better.tokens, pair.worse.tokens) for pair in turned(fair, swayed)} == {(4, 22), (10, 22)}


def test_whoever_does_not_look_at_length_is_not_swayed():
    fair = ranking((2, 1, 2), (9, 9, 9))
    assert swayed_by_length([fair])[0].places == fair.places
    with pytest.raises(AlignmentError, match="At least 1 token"):
        swayed_by_length([fair], 0)


@pytest.mark.parametrize("model", [BUNDLED, REAL])
def test_the_set_has_a_bias_and_still_goes_by_what_the_answers_say(model):
    fair, swayed = pairs_of(course_rankings(model)), pairs_of(length_rankings(model))
    assert longer_wins(fair) < 0.55
    assert longer_wins(swayed) > 0.6
    assert len(set(fair) & set(swayed)) > 2 / 3 * len(swayed)
    assert [each.answers for each in course_rankings(model)] == [each.answers for each in length_rankings(model)]


def judged(margin: float, better: int, worse: int, prompt: str = "p") -> Judged:
    return Judged(Pair(prompt, Answer(prompt, "a", better), Answer(prompt, "b", worse)), margin)


def test_which_answer_a_reward_prefers():
    """The longer, the longer (of a pair it has wrong), the shorter, and one of equal lengths."""
    pairs = [judged(+1, 9, 3), judged(-1, 3, 9), judged(+1, 3, 9), judged(+1, 5, 5)]
    assert longer_preferred(pairs) == 2.5 / 4


def test_the_error_of_a_difference_is_that_of_its_prompts():
    """Of as many pairs each, it is the one of means by prompt; a single prompt cannot tell."""
    wins = {"a": (0, 2), "b": (1, 1), "c": (2, 1), "d": (0, 1)}
    before, after = (
        [judged(1 if at < won[which] else -1, 1, 1, p) for p, won in wins.items() for at in range(2)]
        for which in (0, 1)
    )
    means = ({prompt: won[which] / 2 for prompt, won in wins.items()} for which in (0, 1))
    assert error_by_prompt(before, after) == pytest.approx(error_of_difference(*means))
    assert error_by_prompt(before[:2], after[:2]) == 0.0


def answers_of_known_worth(seed: int = 0) -> tuple[list[Ranking], torch.Tensor, np.ndarray, np.ndarray]:
    """(Rankings by worth alone, hidden states, worth, tokens). The hidden numbers know worth and length. Prompts that
    ask for long answers move them the other way than a long answer does, as prompts may."""
    random = np.random.default_rng(seed)
    asked = random.integers(0, 40, PROMPTS).repeat(EACH)
    tokens = asked + random.integers(3, 25, PROMPTS * EACH)
    worth = random.normal(size=PROMPTS * EACH)
    of_worth, of_length, of_prompt = random.normal(size=(3, HIDDEN))
    states = np.outer(worth, of_worth) + np.outer(tokens, of_length) / 5 - np.outer(asked, of_length + of_prompt) / 2
    states += 0.3 * random.normal(size=states.shape)
    rankings = []
    for prompt in range(PROMPTS):
        rows = range(prompt * EACH, (prompt + 1) * EACH)
        best_first = sorted(rows, key=lambda row: -worth[row])
        answers = tuple(Answer(f"p{prompt}", f"text {row}", int(tokens[row])) for row in rows)
        rankings.append(Ranking(f"p{prompt}", answers, tuple(best_first.index(row) + 1 for row in rows)))
    return rankings, torch.tensor(states, dtype=torch.float32), worth, tokens


def learn(rankings: list[Ranking], states: torch.Tensor, fair: list[Ranking]) -> Fitted:
    table = _Table(RewardRun(tuple(rankings), weight_decay=0.01, steps=300, fair=tuple(fair)), states)
    return Fitted(table.learnt(lengthless=False), table.learnt(lengthless=True), 0.0)


def test_the_bias_is_learnt_and_the_correction_gives_back_agreement_with_the_fair_judge():
    fair, states, _, _ = answers_of_known_worth()
    swayed = swayed_by_length(fair)
    found = learn(swayed, states, fair)
    assert found.as_learnt.length_correlation > 0.5
    assert found.as_learnt.goes_with_length
    assert found.lengthless.length_correlation == pytest.approx(0, abs=1e-3)
    assert not found.lengthless.goes_with_length
    won = won_back(found, turned(fair, swayed))
    assert won.beyond_chance
    assert won.all.corrected > won.all.as_learnt + 0.05
    assert won.turned.corrected > won.turned.as_learnt + 0.3
    assert won.all.pairs == won.turned.pairs + won.others.pairs == PROMPTS * 6
    assert found.as_learnt.accuracy > found.lengthless.accuracy  # what was said for length alone is not learnt
    assert won_back(learn(fair, states, []), ()) is None


def test_what_a_token_is_worth_to_a_judge_is_recovered():
    """Places by chance as Bradley and Terry have them, 0.15 a token beside 1 for worth: without a penalty the reward is
    worth + 0.15 · tokens, up to how well so many pairs can tell; corrected, nothing of it is left to tokens."""
    fair, states, worth, tokens = answers_of_known_worth()
    random = np.random.default_rng(1)
    noisy = worth + 0.15 * tokens + random.gumbel(size=len(worth))  # differences of Gumbels are logistic
    rankings = []
    for prompt, each in enumerate(fair):
        rows = range(prompt * EACH, (prompt + 1) * EACH)
        best_first = sorted(rows, key=lambda row: -noisy[row])
        rankings.append(replace(each, places=tuple(best_first.index(row) + 1 for row in rows)))
    found = learn(rankings, states, fair)

    def of_tokens_and_worth(learnt: Learnt) -> np.ndarray:
        by_prompt = np.array([reward for _, _, reward in learnt.by_length])
        both = np.stack([_from_prompt_s_mean(tokens), _from_prompt_s_mean(worth)], 1)
        return np.linalg.lstsq(both, by_prompt, rcond=None)[0]

    a_token, a_worth = of_tokens_and_worth(found.as_learnt)
    assert a_token / a_worth == pytest.approx(0.15, rel=0.2)
    assert a_worth > 0.5
    corrected_token, corrected_worth = of_tokens_and_worth(found.lengthless)
    assert abs(corrected_token) < 0.1 * a_token
    assert corrected_worth > 0.5


def test_to_take_length_off_over_all_prompts_would_leave_the_bias_in():
    """What long answers share from prompt to prompt isn't what a long answer has before a short one (Simpson)."""
    fair, states, _, tokens = answers_of_known_worth()
    table = _Table(RewardRun(swayed_by_length(fair)), states)
    better, worse = table.rows(table.pairs)
    left = {}
    for name, within in (("all", ["p"] * len(tokens)), ("prompt", [answer.prompt for answer in table.run.answers])):
        standard = Standardised(states, table.tokens, within=within)
        given = (standard.values @ fitted(standard.values, better, worse, 0.01, 300)).numpy()
        left[name] = correlation(_from_prompt_s_mean(tokens), _from_prompt_s_mean(given))
    assert left["all"] > 0.5
    assert left["prompt"] == pytest.approx(0, abs=1e-3)


def test_what_a_token_adds_is_what_least_squares_with_a_constant_for_each_prompt_says():
    fair, states, _, tokens = answers_of_known_worth()
    prompts = [answer.prompt for each in fair for answer in each.answers]
    standard = Standardised(states, torch.tensor(tokens, dtype=torch.float32), within=prompts)
    for without in ((), {"p3", "p7"}):
        rows = [row for row, prompt in enumerate(prompts) if prompt not in without]
        constants = np.array([[prompts[row] == each for each in dict.fromkeys(prompts)] for row in rows], dtype=float)
        design = np.column_stack([tokens[rows], constants])
        expected = np.linalg.lstsq(design, standard.scaled[rows].numpy(), rcond=None)[0][0]
        assert standard.a_token_without(without).numpy() == pytest.approx(expected, abs=1e-4)


def test_answers_of_one_length_have_nothing_to_take_off():
    standard = Standardised(torch.randn(4, 3), torch.full((4,), 7.0), within=["a", "a", "b", "b"])
    assert not standard.a_token.any()
    assert slope_through_mean([0.0, 0.0], [1.0, -1.0]) == 0.0


def test_twenty_parts_at_once_are_learnt_as_one_by_one():
    fair, states, _, _ = answers_of_known_worth()
    table = _Table(RewardRun(tuple(fair)), states)
    standard = Standardised(states, table.tokens, within=[answer.prompt for answer in table.run.answers])
    parts = [{"p0", "p1"}, {"p5"}, ()]
    weights, a_token = fitted_without(standard, table.pairs, table.row, parts, 1.0, 50)
    for column, part in enumerate(parts):
        learning, _ = table.split(set(part))
        values = standard.scaled - standard.away[:, None] * standard.a_token_without(part)
        alone = fitted(values, *table.rows(learning), 1.0, 50)
        assert torch.allclose(weights[:, column], alone, atol=1e-4)
        assert torch.allclose(a_token[:, column], standard.a_token_without(part))


def test_a_fair_judge_of_other_answers_is_refused():
    fair, *_ = answers_of_known_worth()
    with pytest.raises(AlignmentError, match="must have ranked the same answers"):
        RewardRun(tuple(fair[:5]), fair=tuple(fair[5:]))


def _from_prompt_s_mean(values: np.ndarray) -> np.ndarray:
    by_prompt = np.asarray(values, dtype=float).reshape(PROMPTS, EACH)
    return (by_prompt - by_prompt.mean(1, keepdims=True)).ravel()
