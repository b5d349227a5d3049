"""What a rule counts in the answers before and after a round, and whether chance alone would do that. No torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import mean

from lib.alignment.answers import Answer
from lib.alignment.by_prompt import FEWEST_PROMPTS, ROUNDING, SignFlips, means_by_prompt, sign_flips
from lib.alignment.errors import AlignmentError
from lib.alignment.rules import Rule
from lib.units import number_of


@dataclass(frozen=True)
class PromptMoved:
    """The means over the answers to one prompt."""

    prompt: str
    before: float
    after: float

    @property
    def difference(self) -> float:
        return self.after - self.before


@dataclass(frozen=True)
class Moved:
    """What a rule counts, prompt by prompt."""

    rule: Rule
    prompts: tuple[PromptMoved, ...]
    answers: int
    """Before, and as many after."""

    def __post_init__(self) -> None:
        self.flips  # noqa: B018 (checks how many prompts there are)

    @property
    def mean_before(self) -> float:
        return mean(each.before for each in self.prompts)

    @property
    def mean_after(self) -> float:
        return mean(each.after for each in self.prompts)

    @property
    def by_the_rule(self) -> int:
        """Prompts whose answers moved in the rule's direction."""
        return sum(each.difference > 0 if self.rule.more else each.difference < 0 for each in self.prompts)

    @cached_property
    def flips(self) -> SignFlips:
        return sign_flips([each.difference for each in self.prompts])

    @property
    def towards(self) -> bool:
        """In the direction of the rule, however little."""
        further = self.mean_after - self.mean_before
        return further > ROUNDING if self.rule.more else further < -ROUNDING

    @property
    def learnt(self) -> bool:
        """In the rule's direction, as chance alone seldom would."""
        return self.towards and self.flips.seldom

    @property
    def in_words(self) -> str:
        """Whole sentences, to follow both means."""
        found = [self._compared]
        if not self.towards:
            found.append("On the whole it did not go the way of this rule: the model has not learnt it in this round.")
        elif len(self.prompts) < FEWEST_PROMPTS:
            found.append(
                f"It went the way of this rule, but {number_of(len(self.prompts), 'prompt')} can never show more than "
                f"chance: it takes {FEWEST_PROMPTS}."
            )
        else:
            found += [self.flips.in_words, self._verdict]
        return " ".join(found)

    @property
    def _compared(self) -> str:
        wrote = f"it wrote {'more' if self.rule.more else 'fewer'} {self.rule.counted} than before"
        return (
            "Compared prompt by prompt, since answers to the same prompt resemble each other: to "
            f"{self.by_the_rule} of {number_of(len(self.prompts), 'prompt')} {wrote}."
        )

    @property
    def _verdict(self) -> str:
        if self.learnt:
            return "So the model went the way of this rule by more than chance alone would do."
        return (
            "It went the way of this rule, but chance alone would do that more than one time in twenty: nothing shows "
            "that the model has learnt it."
        )


def moved(by: Rule, before: Sequence[Answer], after: Sequence[Answer]) -> Moved:
    """Raises AlignmentError unless both are answers to the same prompts, as many to each."""
    if Counter(answer.prompt for answer in before) != Counter(answer.prompt for answer in after):
        raise AlignmentError("Answers before and after can be compared only to the same prompts, as many to each")
    was, now = (means_by_prompt(each, [by.count(answer.text) for answer in each]) for each in (before, after))
    return Moved(by, tuple(PromptMoved(prompt, was[prompt], now[prompt]) for prompt in was), len(before))
