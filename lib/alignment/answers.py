"""Prompts, and what a model answers to them when it samples. No torch: pages read these."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.alignment.errors import AlignmentError
from lib.models.catalogue import BUNDLED, catalogue
from lib.places import ASSETS

FOLDER = ASSETS / "alignment"
MAX_PROMPT_CHARACTERS = 300
MOST_PROMPTS, MOST_ANSWERS, MOST_TOKENS = 64, 16, 96


@dataclass(frozen=True)
class Answer:
    """One sampled answer."""

    prompt: str
    text: str
    tokens: int
    """Without the one that ends it."""
    ended: bool = True
    """Whether the model ended it itself; else it was cut at the most tokens allowed."""

    @property
    def written(self) -> str:
        """On one line, with an ellipsis where it was cut."""
        return " ".join(self.text.split()) + ("" if self.ended else " …")


@dataclass(frozen=True)
class Sampling:
    """How answers are sampled: `count` to each prompt, from the model's own distribution at a temperature."""

    prompts: tuple[str, ...]
    model: str = BUNDLED
    count: int = 4
    max_new_tokens: int = 40
    temperature: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.prompts) <= MOST_PROMPTS:
            raise AlignmentError(
                f"Answers can be sampled to 1 to {MOST_PROMPTS} prompts; there are {len(self.prompts)}"
            )
        for prompt in self.prompts:
            check_prompt(prompt)
        _within("answers to a prompt", self.count, 1, MOST_ANSWERS)
        _within("tokens of an answer", self.max_new_tokens, 1, MOST_TOKENS)
        if not 0 < self.temperature <= 3:
            raise AlignmentError(
                f"A temperature must be above 0 and at most 3; it is {self.temperature:g}. At 0 all answers "
                "would be the same, and nobody could prefer one"
            )

    @property
    def expected_s(self) -> float:
        """Measured on two CPU cores: loading, and a token of all answers at the same time."""
        token_s = 0.25 if catalogue()[self.model].wide else 0.02
        return 2 + token_s * self.max_new_tokens * max(1, len(self.prompts) * self.count / 32)

    @property
    def scored_expected_s(self) -> float:
        """With a reward model, which reads every answer once more."""
        return 4 * self.expected_s


@dataclass(frozen=True)
class Sampled:
    """The answers to one prompt."""

    prompt: str
    answers: tuple[Answer, ...]


def check_prompt(prompt: str) -> None:
    """Raises AlignmentError unless there is something to answer, and not too much."""
    if not 0 < len(prompt.strip()) <= MAX_PROMPT_CHARACTERS:
        raise AlignmentError(
            f"A prompt must have 1 to {MAX_PROMPT_CHARACTERS} characters; this has {len(prompt.strip())}"
        )


def prompts(model: str) -> tuple[str, ...]:
    """Prompts that suit a model: questions for one that answers in a chat, beginnings for the bundled story-teller."""
    return tuple(_prompts()[_suiting(model)])


def inviting_prompts(model: str, rule: str | None) -> tuple[str, ...]:
    """Prompts after which a model writes now and then what the rule of this name counts; none where any prompt will do.

    A policy learns only from what it samples: among ordinary prompts “please” never comes, and earning it teaches
    nothing.
    """
    return tuple(_prompts()["inviting"][_suiting(model)].get(rule, ()))


def _suiting(model: str) -> str:
    return "stories" if model == BUNDLED else "questions"


@cache
def _prompts() -> dict:
    return json.loads((FOLDER / "prompts.json").read_text(encoding="utf-8"))


def _within(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise AlignmentError(f"The number of {what} must be from {low} to {high}; it is {value}")
