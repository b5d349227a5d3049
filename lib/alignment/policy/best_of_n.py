"""The best of n sampled answers: what it earns, and how far it is from the model that was sampled. No torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean

from lib.alignment.errors import AlignmentError


def kl_nats(n: int) -> float:
    """KL divergence of best-of-n from the model, in nats: ln n - (n - 1) / n.

    Stiennon et al. 2020 (arXiv 2009.01325, appendix G.3). It is an upper bound, nearly reached where no answer is
    likely to be sampled twice and no two have the same reward (Beirami et al. 2024, arXiv 2401.01879).
    """
    if n < 1:
        raise AlignmentError(f"n must be at least 1, to choose the best of n answers; it is {n}")
    return math.log(n) - (n - 1) / n


def expected_best(rewards: Sequence[float], n: int) -> float:
    """Mean reward of the best of n answers, drawn without putting back from those sampled to one prompt.

    Over all subsets of size n at the same time: the k-th smallest of N rewards is the largest of
    C(k - 1, n - 1) of the C(N, n) subsets. Unbiased for the best of n fresh answers (Nakano et al. 2021, arXiv
    2112.09332, appendix I; pass@k likewise, Chen et al. 2021, arXiv 2107.03374, equation 1).
    """
    total = len(rewards)
    if not 1 <= n <= total:
        raise AlignmentError(f"n must be from 1 to the {total} answers that were sampled; it is {n}")
    ordered = sorted(rewards)
    subsets = math.comb(total, n)
    return sum(math.comb(k - 1, n - 1) * reward for k, reward in enumerate(ordered, start=1)) / subsets


def mean_expected_best(by_prompt: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """`expected_best` of 1, of 2 and so on, each the mean over the prompts, for as many n as every prompt has answers.

    by_prompt  the rewards of each prompt's answers
    """
    most = min(map(len, by_prompt))
    return tuple(mean(expected_best(rewards, n) for rewards in by_prompt) for n in range(1, most + 1))


def best_of_first(rewards: Sequence[float], n: int) -> int:
    """Place, from 0, of the answer with the highest reward among the first n; the first of equals."""
    return max(range(n), key=rewards.__getitem__)
