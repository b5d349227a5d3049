"""Multiple choice by log-likelihood, as lm-evaluation-harness scores it. No torch here: pages read these.

The model never "answers": for each choice the harness asks how probable the model finds it after the question, and
takes the most probable (`acc`). Longer choices are less probable whatever they say, so `acc_norm` divides by the
choice's length in characters and `acc_bytes` by its length in bytes (lm_eval/api/task.py, `process_results`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from lib.evaluation.answers import question_expected_s
from lib.evaluation.errors import EvaluationError

MAX_CHARACTERS = 2_000
MAX_CHOICES = 8


@dataclass(frozen=True)
class Item:
    """One question in the form a benchmark has it.

    Where `contexts` is given, the choices differ in the context and share one continuation, as in WinoGrande.
    """

    key: str
    context: str
    choices: tuple[str, ...]
    gold: int
    contexts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 2 <= len(self.choices) <= MAX_CHOICES:
            raise EvaluationError(f"An item has 2 to {MAX_CHOICES} choices; this one has {len(self.choices)}.")
        if any(not choice.strip() for choice in self.choices):
            raise EvaluationError("A choice is empty; write something in it or take it out.")
        if not 0 <= self.gold < len(self.choices):
            raise EvaluationError(f"The right choice must be one of the {len(self.choices)}, counted from 0.")
        if self.contexts and len(self.contexts) != len(self.choices):
            raise EvaluationError(f"{len(self.contexts)} contexts for {len(self.choices)} choices: each must have one.")
        longest = max(len(context) + len(continuation) for context, continuation in self.requests())
        if longest > MAX_CHARACTERS:
            raise EvaluationError(
                f"Question and choice have {longest:,} characters; up to {MAX_CHARACTERS:,} are scored."
            )

    def requests(self) -> tuple[tuple[str, str], ...]:
        """(context, continuation) for each choice; the harness puts one space between them."""
        if self.contexts:
            return tuple((context, f" {self.context.strip()}") for context in self.contexts)
        return tuple((self.context, f" {choice}") for choice in self.choices)


@dataclass(frozen=True)
class TokenScore:
    """One token of a choice as the model expected it."""

    text: str
    log_probability: float
    """Natural logarithm of the model's probability for this token after everything before it."""


@dataclass(frozen=True)
class ChoiceScore:
    """A choice after its question, token by token, and its score by each of lm-evaluation-harness' rules."""

    choice: str
    tokens: tuple[TokenScore, ...]
    greedy: bool
    """Whether the model, left alone, would have written exactly this."""

    @property
    def log_likelihood(self) -> float:
        return sum(token.log_probability for token in self.tokens)

    @property
    def per_character(self) -> float:
        return self.log_likelihood / len(self.choice)

    @property
    def per_byte(self) -> float:
        return self.log_likelihood / len(self.choice.encode("utf-8"))


RULES: dict[str, Callable[[ChoiceScore], float]] = {
    "acc": lambda score: score.log_likelihood,
    "acc_norm": lambda score: score.per_character,
    "acc_bytes": lambda score: score.per_byte,
}
"""The harness's three ways to pick: total, per character, per byte."""


@dataclass(frozen=True)
class ItemScored:
    """One item as the model found it."""

    item: Item
    choices: tuple[ChoiceScore, ...]
    truncated: bool
    """Whether the beginning of the context was cut off to fit the model."""

    def picked(self, rule: str) -> int:
        """The choice taken by "acc", "acc_norm" or "acc_bytes"; the first of equals, as numpy.argmax."""
        values = [RULES[rule](choice) for choice in self.choices]
        return values.index(max(values))

    def correct(self, rule: str) -> bool:
        return self.picked(rule) == self.item.gold

    @property
    def margin(self) -> float:
        """Log-likelihood of the right choice less that of the best wrong one; above 0 is right by `acc`."""
        right = self.choices[self.item.gold].log_likelihood
        wrong = max(each.log_likelihood for index, each in enumerate(self.choices) if index != self.item.gold)
        return right - wrong


@dataclass(frozen=True)
class BenchmarkScore:
    """Some items together: how many are right, how sure that is, and what guessing would have given."""

    items: tuple[ItemScored, ...]

    def right(self, rule: str) -> int:
        return sum(item.correct(rule) for item in self.items)

    def share(self, rule: str) -> float:
        return self.right(rule) / len(self.items)

    def standard_error(self, rule: str) -> float:
        """Of the share, √(p(1−p)/n): how far it moves from one such set of items to another."""
        return math.sqrt(self.share(rule) * (1 - self.share(rule)) / len(self.items))

    @property
    def right_by_guessing(self) -> float:
        """How many a guesser gets right on average."""
        return sum(self._chances)

    @property
    def guessing(self) -> float:
        """The share that a guesser gets right on average."""
        return self.right_by_guessing / len(self.items)

    def probability_by_guessing(self, right: int) -> float:
        """How likely a guesser gets at least so many: one coin per item, each with a probability of its own."""
        exactly = [1.0]
        for chance in self._chances:
            stays = [*(each * (1 - chance) for each in exactly), 0.0]
            rises = [0.0, *(each * chance for each in exactly)]
            exactly = [one + other for one, other in zip(stays, rises, strict=True)]
        return sum(exactly[right:])

    @property
    def _chances(self) -> list[float]:
        return [1 / len(item.choices) for item in self.items]


@dataclass(frozen=True)
class LikelihoodRun:
    """Items for one model, with an adapter or without."""

    model: str
    items: tuple[Item, ...]
    adapter: bytes | None = None
    """A fine-tuned adapter as a zip of peft's files."""

    @property
    def expected_s(self) -> float:
        """A benchmark's items are one forward pass each, beside the loading."""
        return question_expected_s(self.model) * (1 if len(self.items) == 1 else 3)


@dataclass(frozen=True)
class LikelihoodStarted:
    model: str
    device: str
    context_tokens: int


@dataclass(frozen=True)
class LikelihoodDone:
    seconds: float
    choices: int
    """How many were scored."""
