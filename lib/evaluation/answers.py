"""Asking a model and the same model fine-tuned the same thing. No torch here: pages read these."""

from __future__ import annotations

from dataclasses import dataclass

from lib.evaluation.errors import EvaluationError
from lib.models.catalogue import catalogue

MAX_PROMPT_CHARACTERS = 300
PARAMETERS_PER_S = 3e7
"""So many are loaded and asked a few short questions in a second, on two CPU cores."""


def question_expected_s(model: str) -> float:
    """Seconds that a short question to this model may take, for its place in the queue."""
    return 1.5 + catalogue()[model].parameters / PARAMETERS_PER_S


@dataclass(frozen=True)
class AnswersRun:
    """A prompt for a model, and for the same model with an adapter where there is one."""

    model: str
    prompt: str
    adapter: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.prompt.strip()) <= MAX_PROMPT_CHARACTERS:
            raise EvaluationError(
                f"A prompt must have 1 to {MAX_PROMPT_CHARACTERS} characters; this has {len(self.prompt.strip())}."
            )

    @property
    def expected_s(self) -> float:
        return question_expected_s(self.model)


@dataclass(frozen=True)
class ModelAnswer:
    """Who said what, greedily."""

    who: str
    text: str
