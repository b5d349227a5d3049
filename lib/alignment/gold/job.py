"""Gold learns, labels pairs for the proxy, and a policy earns the proxy's reward. Imports torch: worker only."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import combinations

import torch

from lib.alignment.errors import AlignmentError
from lib.alignment.gold.run import GoldEvent, GoldRun, Labelled
from lib.alignment.policy.job import optimise
from lib.alignment.policy.run import Reward
from lib.alignment.preferences import pairs_of
from lib.alignment.reward.features import hidden_states
from lib.alignment.reward.head import Standardised, fitted, rewards
from lib.alignment.reward.run import Head
from lib.alignment.rules import rule
from lib.models import catalogue
from lib.models.borrow import borrow

WEIGHT_DECAY, STEPS = 1.0, 120


def overoptimise(run: GoldRun) -> Iterator[GoldEvent]:
    """Labelled, then the events of the policy."""
    proxy, gold, labelled = learn_both(run)
    yield labelled
    yield from optimise(run.policy(proxy, gold))


def learn_both(run: GoldRun) -> tuple[Head, Reward, Labelled]:
    """(Proxy, gold, how far they agree)."""
    placed = [ranking for ranking in run.rankings if ranking.places]
    answers = list(dict.fromkeys(answer for ranking in placed for answer in ranking.answers))
    row = {answer: number for number, answer in enumerate(answers)}
    with borrow(catalogue.find(run.model)) as (model, tokenizer):
        states = torch.cat(list(hidden_states(model, tokenizer, answers))).cpu()
    standard = Standardised(states, torch.tensor([float(each.tokens) for each in answers]))

    def learn(pairs: Sequence[tuple[int, int]]) -> Head:
        better, worse = zip(*pairs, strict=True)
        return standard.head(run.model, fitted(standard.values, better, worse, WEIGHT_DECAY, STEPS))

    if run.rule is None:
        gold = Reward(head=learn([(row[pair.better], row[pair.worse]) for pair in pairs_of(placed)]))
        score = rewards(gold.head, states, answers).tolist()
    else:
        gold = Reward(rule=run.rule)
        score = [rule(run.rule).score(answer.text) for answer in answers]
    labelled = [
        (one, other) if score[one] > score[other] else (other, one)
        for one, other in sorted({(row[a], row[b]) for each in placed for a, b in combinations(each.answers, 2)})
        if score[one] != score[other]
    ]
    if not labelled:
        raise AlignmentError(
            "Gold prefers none of these answers to another, so it has no label to give; take the other gold or another "
            "seed"
        )
    random.Random(run.seed).shuffle(labelled)
    proxy = learn(labelled[: run.pairs])
    unseen = labelled[run.pairs :]
    given = rewards(proxy, states, answers).tolist()
    agree = sum(given[better] > given[worse] for better, worse in unseen)
    found = Labelled(min(run.pairs, len(labelled)), len(unseen), agree / len(unseen) if unseen else None)
    return proxy, gold, found
