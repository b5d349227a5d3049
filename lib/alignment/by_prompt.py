"""How sure a mean over answers is. Answers to the same prompt resemble each other, so a prompt is one observation.

Where each prompt has as many answers this is the standard error of a sample drawn in clusters, a prompt being one
(Miller 2024, "Adding error bars to evals", arXiv 2411.00640, which also asks for differences question by question).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from statistics import mean, stdev

from lib.alignment.answers import Answer
from lib.alignment.errors import AlignmentError

MOST_COMPARED = 16
"""All ways of setting the signs are gone through: 65,536 of them here."""
FEWEST_PROMPTS = 6
"""With five, the rarest outcome, all in one direction, is 2 of 32: more than SELDOM."""
SELDOM = 1 / 20
ROUNDING = 1e-9


def means_by_prompt(answers: Sequence[Answer], values: Sequence[float]) -> dict[str, float]:
    """The mean of the values of each prompt's answers."""
    of: dict[str, list[float]] = {}
    for answer, value in zip(answers, values, strict=True):
        of.setdefault(answer.prompt, []).append(value)
    return {prompt: mean(each) for prompt, each in of.items()}


def error_of_mean(by_prompt: dict[str, float]) -> float:
    """The standard error of the prompts' mean, s / √n; 0 for a single prompt, which cannot tell."""
    return stdev(by_prompt.values()) / math.sqrt(len(by_prompt)) if len(by_prompt) > 1 else 0.0


def differences_by_prompt(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """How far each prompt's mean has come."""
    return {prompt: after[prompt] - before[prompt] for prompt in before}


def error_of_difference(before: dict[str, float], after: dict[str, float]) -> float:
    """The standard error of how far the mean has come, prompt by prompt: what is hard in a prompt is so both times."""
    return error_of_mean(differences_by_prompt(before, after))


@dataclass(frozen=True)
class SignFlips:
    """Had nothing changed, each prompt's difference would be as likely to point up as down: the exact sign-flip test
    (Fisher 1935, "The design of experiments", chapter 3)."""

    as_far: int
    """Of all ways, those that move the mean at least as far as it has moved, up or down."""
    ways: int

    @property
    def by_chance(self) -> float:
        """How often chance alone would move the mean as far: the exact two-sided p-value."""
        return self.as_far / self.ways

    @property
    def seldom(self) -> bool:
        """Whether chance alone would do this at most one time in twenty."""
        return self.by_chance <= SELDOM

    @property
    def in_words(self) -> str:
        """What was counted, as a whole sentence."""
        return (
            "Had the tuning changed nothing, the mean of each prompt would be as likely to have gone up as down: of "
            f"the {self.ways:,} ways in which they could have gone, {self.as_far:,} ({self.by_chance:.1%}) move the "
            "mean of all prompts at least as far, up or down."
        )


def sign_flips(moved: Sequence[float]) -> SignFlips:
    """Of how far each prompt's mean has come. Raises AlignmentError for no prompt or more than MOST_COMPARED."""
    if not 1 <= len(moved) <= MOST_COMPARED:
        raise AlignmentError(f"1 to {MOST_COMPARED} prompts can be compared; there are {len(moved)}")
    far = abs(math.fsum(moved)) - ROUNDING
    sums = (
        math.fsum(sign * each for sign, each in zip(signs, moved, strict=True))
        for signs in product((1, -1), repeat=len(moved))
    )
    return SignFlips(sum(abs(each) >= far for each in sums), 2 ** len(moved))
