"""Learning a reward from rankings: the run, what it tells, and what its figures say. No torch: pages read these."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from lib.alignment.answers import Answer
from lib.alignment.by_prompt import means_by_prompt
from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Pair, Ranking, check_learnable, pairs_of
from lib.models.catalogue import BUNDLED, catalogue

FOLDS = 5
CALIBRATION_BINS = 5


@dataclass(frozen=True)
class RewardRun:
    """Fit r(answer) = w · h + b to pairs: P(a over b) = σ(r(a) - r(b)) (Bradley and Terry 1952; the loss is Ouyang et
    al. 2022, arXiv 2203.02155, equation 1). h, the mean of the backbone's last hidden states over the answer's tokens,
    is standardised and stays as it is: only w is learnt (b cancels in every pair)."""

    rankings: tuple[Ranking, ...]
    model: str = BUNDLED
    """The backbone that reads the answers."""
    weight_decay: float = 1.0
    """λ of the penalty λ |w|² / 2 a pair on average: few pairs, many weights."""
    steps: int = 120
    seed: int = 0
    """Of which prompts are held out, and of the subsets of the learning curve."""
    fair: tuple[Ranking, ...] = ()
    """What a judge who does not care for length says of the same answers. Nothing is learnt from it."""

    def __post_init__(self) -> None:
        check_learnable(self.rankings)
        if not 1e-4 <= self.weight_decay <= 100:
            raise AlignmentError(f"weight_decay must be from 0.0001 to 100; it is {self.weight_decay:g}")
        if not 10 <= self.steps <= 500:
            raise AlignmentError(f"steps must be from 10 to 500; it is {self.steps}")
        read = set(self.answers)
        if any(answer not in read for pair in pairs_of(self.fair) for answer in (pair.better, pair.worse)):
            raise AlignmentError("The fair judge must have ranked the same answers as the one that is learnt from")

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Every answer that has a place, once."""
        return tuple(dict.fromkeys(answer for ranking in self.rankings if ranking.places for answer in ranking.answers))

    @property
    def prompts_compared(self) -> int:
        """Prompts of which at least one answer is preferred to another."""
        return len({pair.prompt for pair in pairs_of(self.rankings)})

    @property
    def prompts_held_out(self) -> int:
        """Of these, while it learns live: the first of `FOLDS` parts, or one of two to five prompts."""
        return math.ceil(self.prompts_compared / min(FOLDS, self.prompts_compared))

    @property
    def expected_s(self) -> float:
        """Measured on two CPU cores: loading, reading an answer, and the fits."""
        wide = catalogue()[self.model].wide
        return 8 + (0.3 if wide else 0.02) * len(self.answers)


@dataclass(frozen=True)
class Read:
    """So many of the answers have been read by the backbone."""

    done: int
    total: int


@dataclass(frozen=True)
class RewardStep:
    """After `step` updates on the pairs of all prompts but those held out."""

    step: int
    loss: float
    """Mean of -ln σ(r(better) - r(worse)) in nats; ln 2 = 0.69 knows nothing."""
    training_accuracy: float
    held_out_accuracy: float


@dataclass(frozen=True)
class CurvePoint:
    """Accuracy on prompts never seen, learning from pairs about so many prompts."""

    prompts: int
    pairs: float
    """On average over the repeats."""
    accuracy: float
    spread: float
    """Standard deviation over the repeats."""
    repeats: int


@dataclass(frozen=True)
class Judged:
    """A pair, judged by a head that has seen no pair about its prompt."""

    pair: Pair
    margin: float
    """r(better) - r(worse): below 0 it is wrong."""

    @property
    def probability(self) -> float:
        """That the better one is better, says the head."""
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.margin))))

    @property
    def right(self) -> bool:
        return self.margin > 0


@dataclass(frozen=True)
class Head:
    """r(answer) = w · (h - mean) / scale; where `lengthless` as if the answer were as long as the mean: what a token
    adds to each number of h is taken off."""

    model: str
    weights: tuple[float, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    a_token: tuple[float, ...]
    """What a token adds to each standardised number, among answers to the same prompt; zeros leave the length in."""
    tokens: float
    """Mean length of the answers it has learnt from, in tokens."""

    @property
    def lengthless(self) -> bool:
        return any(self.a_token)


@dataclass(frozen=True)
class Learnt:
    """One head on all pairs, and how such heads judge prompts they have not seen."""

    head: Head
    judged: tuple[Judged, ...]
    rewards: tuple[tuple[Answer, float], ...]
    """Each answer with its reward."""
    fair: tuple[Judged, ...] = ()
    """The pairs of RewardRun.fair, judged in the same way."""

    @property
    def accuracy(self) -> float:
        return accuracy(self.judged)

    @property
    def by_length(self) -> tuple[tuple[Answer, float, float], ...]:
        """(Answer, its tokens, its reward), both less the mean of its prompt's answers: only these are compared."""
        answers = [answer for answer, _ in self.rewards]
        tokens = means_by_prompt(answers, [answer.tokens for answer in answers])
        rewards = means_by_prompt(answers, [reward for _, reward in self.rewards])
        return tuple((a, a.tokens - tokens[a.prompt], reward - rewards[a.prompt]) for a, reward in self.rewards)

    @property
    def length_correlation(self) -> float | None:
        """Pearson's r between tokens and reward among answers to the same prompt; None where one never varies. Over the
        answers to all prompts it would also count that some prompts ask for longer answers, and could be 0 while of
        two answers the longer one wins."""
        _, tokens, rewards = zip(*self.by_length, strict=True)
        return correlation(tokens, rewards)

    @property
    def goes_with_length(self) -> bool:
        """Whether that correlation is worth a word: twice what chance gives so many answers (its error is 1 / √n)."""
        found = self.length_correlation
        return found is not None and abs(found) > 2 / math.sqrt(len(self.rewards))


@dataclass(frozen=True)
class Fitted:
    """The reward as it was learnt, and without what an answer's length explains among those to its prompt."""

    as_learnt: Learnt
    lengthless: Learnt
    seconds: float


RewardEvent = Read | RewardStep | CurvePoint | Fitted


@dataclass(frozen=True)
class Bin:
    """Pairs of which the head is about so sure."""

    said: float
    """Mean probability that it gives to the answer it prefers."""
    true: float
    """Share of the pairs in which it is right."""
    pairs: int


def calibration(judged: Sequence[Judged], bins: int = CALIBRATION_BINS) -> tuple[Bin, ...]:
    """Of pairs about which the head is so sure, how many it gets right; bins of equal width from 50 to 100%."""
    found: dict[int, list[tuple[float, bool]]] = {}
    for each in judged:
        sure = max(each.probability, 1 - each.probability)
        found.setdefault(min(int((sure - 0.5) * 2 * bins), bins - 1), []).append((sure, each.right))
    return tuple(
        Bin(sum(s for s, _ in pairs) / len(pairs), sum(r for _, r in pairs) / len(pairs), len(pairs))
        for _, pairs in sorted(found.items())
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error, the mean of |said - true| over pairs (Guo et al. 2017, arXiv 1706.04599, eq. 3)."""
    return sum(each.pairs * abs(each.said - each.true) for each in bins) / sum(each.pairs for each in bins)


def accuracy(judged: Sequence[Judged]) -> float:
    return sum(each.right for each in judged) / len(judged)


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's r; None where one of the two never varies."""
    try:
        return statistics.correlation(first, second)
    except statistics.StatisticsError:
        return None
