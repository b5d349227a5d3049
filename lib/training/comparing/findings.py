"""What the figures of a comparison show, or that they do not decide. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lib.training.comparing.outcomes import Column, Measure, Outcome


@dataclass(frozen=True)
class Difference:
    """Two settings by one measure."""

    first: float
    second: float
    spread: float | None
    """The larger spread of the two over their seeds; None where one of them has a single run."""

    @property
    def gap(self) -> float:
        return abs(self.first - self.second)

    @property
    def gap_shown(self) -> float:
        """Of the two as they are written, with two decimals: whoever takes one from the other finds the same."""
        return abs(round(self.first, 2) - round(self.second, 2))

    @property
    def decided(self) -> bool:
        """Whether they differ by more than the seeds do."""
        return self.spread is not None and self.gap > self.spread


def difference(first: Column, second: Column, measure: Measure) -> Difference:
    spreads = (first.spread(measure), second.spread(measure))
    spread = None if None in spreads else max(spreads)
    return Difference(first.mean(measure), second.mean(measure), spread)


@dataclass(frozen=True)
class LessAndLess:
    """ "LoRA learns less and forgets less" (Biderman et al. 2024, arXiv 2405.09673), in the student's own runs.

    Both in nats per token against the base model: learnt on the held-out texts, forgotten on the book.
    """

    lora: Column
    full: Column
    learns: Difference
    """LoRA's, then full fine-tuning's."""
    forgets: Difference

    @property
    def learns_less(self) -> bool | None:
        """None where the seeds do not decide."""
        return self.learns.first < self.learns.second if self.learns.decided else None

    @property
    def forgets_less(self) -> bool | None:
        return self.forgets.first < self.forgets.second if self.forgets.decided else None

    @property
    def confirmed(self) -> bool | None:
        """True if both halves are, False if one is refuted, None while something is not decided."""
        halves = (self.learns_less, self.forgets_less)
        return False if False in halves else None if None in halves else True


def learns_less_and_forgets_less(found: Sequence[Column]) -> tuple[LessAndLess, ...]:
    """For every LoRA, or kind of it, that ran beside full fine-tuning."""
    full = next((each for each in found if each.method.name == "full" and each.whole), None)
    if full is None:
        return ()
    return tuple(
        LessAndLess(
            each,
            full,
            difference(each, full, lambda outcome: outcome.learnt),
            difference(each, full, lambda outcome: outcome.forgot),
        )
        for each in found
        if each.method.lora and each.whole
    )


@dataclass(frozen=True)
class Winner:
    """The setting with the lowest held-out loss, beside the next."""

    best: Column
    runner_up: Column
    by: Difference
    out: tuple[Column, ...] = ()
    """Settings of which a run failed: the mean of those that were lucky says nothing of the setting."""


def winner(found: Sequence[Column]) -> Winner | None:
    """None with fewer than two settings that have finished and of which no run failed."""

    def loss(outcome: Outcome) -> float:
        return outcome.loss

    ranked = sorted((each for each in found if each.whole and not each.failures), key=lambda each: each.mean(loss))
    if len(ranked) < 2:
        return None
    out = tuple(each for each in found if each.failures)
    return Winner(ranked[0], ranked[1], difference(ranked[0], ranked[1], loss), out)
