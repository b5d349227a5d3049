"""A proxy against gold: both on one scale by hand, and the job on the tiny model."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from lib.alignment.answers import Answer
from lib.alignment.errors import AlignmentError
from lib.alignment.gold import job
from lib.alignment.gold.run import GoldRun, Labelled, best_for_gold, both_rewards, has_turned, rise_error
from lib.alignment.policy.job import optimise
from lib.alignment.policy.run import Examined, PolicyRun, Reward
from lib.alignment.preferences import Ranking
from lib.alignment.rules import GOLD, SECRET, rule

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("bundled_is_tiny"),
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
TEXTS = ("one two three four", "one two three one", "one two one two", "one one one one")
"""Four, three, two and one different words."""


def rankings(*prompts: str, places: tuple[int, ...] = (1, 2, 3, 4)) -> tuple[Ranking, ...]:
    return tuple(Ranking(each, tuple(Answer(each, text, 6, False) for text in TEXTS), places) for each in prompts)


def look(step: int, kl: float, paid: tuple[float, ...], gold: tuple[float, ...]) -> Examined:
    return Examined(
        step, tuple(Answer(f"prompt {number}", "a", 1) for number in range(len(paid))), paid, kl, 1.0, 1.0, gold
    )


def test_both_rewards_are_counted_from_the_base_model_in_its_own_spread():
    """Spreads of the base model's answers: 2 for the proxy (1, 3, 5), 10 for gold."""
    found = both_rewards([look(0, 0.0, (1, 3, 5), (10, 20, 30)), look(9, 4.0, (7, 7, 7), (5, 15, 25))])
    assert [(each.step, each.away) for each in found] == [(0, 0.0), (9, 2.0)]
    assert [(each.proxy, each.gold) for each in found] == [(0.0, 0.0), (2.0, -0.5)]
    assert found[1].gold_error == pytest.approx(1 / math.sqrt(3))
    assert rise_error(found) == 0  # every prompt fell by 5
    assert rise_error(both_rewards([look(0, 0.0, (1, 3, 5), (10, 20, 30)), look(9, 4.0, (7, 7, 7), (15, 15, 15))])) == (
        pytest.approx(1 / math.sqrt(3))  # by -0.5, 0.5 and 1.5 of a spread
    )
    with pytest.raises(AlignmentError, match="earn the same"):
        both_rewards([look(0, 0.0, (1, 1, 1), (10, 20, 30))])


def test_a_sampled_divergence_below_zero_is_no_way_away():
    assert look(0, -0.2, (1,), (1,)).away == 0


def test_gold_has_turned_only_beyond_what_chance_does():
    base = look(0, 0.0, (1, 3, 5), (10, 20, 30))
    best = look(4, 1.0, (5, 7, 9), (49, 50, 51))
    fallen, wavered = look(8, 9.0, (9, 9, 9), (19, 20, 21)), look(8, 9.0, (9, 9, 9), (47, 48, 49))
    assert best_for_gold(both_rewards([base, best, fallen])).step == 4
    assert has_turned(both_rewards([base, best, fallen]))
    assert not has_turned(both_rewards([base, best, wavered]))
    all_alike = look(8, 9.0, (9, 9, 9), (46.9, 47.0, 47.1))  # 0.3 lower for certain, of a rise of 3
    assert not has_turned(both_rewards([base, best, all_alike]))


def test_gold_labels_and_the_proxy_learns_from_no_more_than_it_was_given():
    proxy, gold, labelled = job.learn_both(GoldRun(rankings("The king", "A dog"), pairs=5, rule=GOLD))
    assert gold == Reward(rule=GOLD)
    assert (labelled.pairs, labelled.unseen) == (5, 7)  # 2 prompts · 6 pairs, each of which the rule decides
    assert 0 <= labelled.agreement <= 1
    assert any(proxy.weights)
    learnt = job.learn_both(GoldRun(rankings("The king", "A dog"), pairs=96))
    assert (learnt[2].pairs, learnt[2].unseen, learnt[2].agreement) == (12, 0, None)
    assert learnt[1].head is not None


def test_gold_judges_what_the_policy_writes_and_changes_nothing():
    run = GoldRun(rankings("The king", "A dog"), pairs=4, steps=2, learning_rate=1e-2, rule=GOLD)
    first, *events = job.overoptimise(run)
    assert isinstance(first, Labelled)
    looks = [event for event in events if isinstance(event, Examined)]
    assert [each.step for each in looks] == [0, 1, 2]
    assert all(len(each.gold) == len(each.answers) for each in looks)
    proxy, gold, _ = job.learn_both(run)
    small: PolicyRun = replace(run.policy(proxy, gold), gold=None)
    unjudged = [event for event in optimise(small) if isinstance(event, Examined)]
    assert [each.answers for each in unjudged] == [each.answers for each in looks]
    assert all(each.gold == () for each in unjudged)


def test_saying_the_same_again_earns_no_gold():
    """Counted by hand."""
    counted = {"It is, it IS.": 2, "One two three": 3, "don't don’t do": 3, "": 0, "7 7 !": 0}
    assert {text: rule(GOLD).score(text) for text in counted} == counted
    assert GOLD not in SECRET  # what is told on one page is no secret on the next


def test_a_gold_that_prefers_nothing_has_no_label():
    same = tuple(Ranking(p, (Answer(p, "one two", 3), Answer(p, "two one", 3)), (1, 2)) for p in ("The king", "A dog"))
    with pytest.raises(AlignmentError, match="no label to give"):
        job.learn_both(GoldRun(same, rule=GOLD))
    with pytest.raises(AlignmentError, match="2 to 96 pairs; 1 were asked for"):
        GoldRun(same, pairs=1)
