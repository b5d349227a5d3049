"""A prompt, what is asked with it, and how a model goes on. No torch: pages read these."""

from __future__ import annotations

from dataclasses import dataclass

from lib.models.catalogue import BUNDLED
from lib.training.errors import TrainingError

MAX_PROMPT_CHARACTERS = 300


def check_prompt(prompt: str) -> None:
    """Raises TrainingError unless there is something to continue, and not too much."""
    if not 0 < len(prompt.strip()) <= MAX_PROMPT_CHARACTERS:
        raise TrainingError(
            f"A prompt must have 1 to {MAX_PROMPT_CHARACTERS} characters; this has {len(prompt.strip())}"
        )


@dataclass(frozen=True)
class Question:
    """A prompt for a model and its adapter, after training."""

    prompt: str
    adapter: bytes
    model: str = BUNDLED
    around: tuple[str, str] = ("", "")
    """What the texts that were learnt have before a prompt and after it."""
    precision: str | None = None
    """What the base was held in when the adapter was trained; None is what the model is usually held in here."""

    def __post_init__(self) -> None:
        check_prompt(self.prompt)

    @property
    def as_asked(self) -> str:
        before, after = self.around
        return before + self.prompt + after


@dataclass(frozen=True)
class Answer:
    """One prompt, continued by the base model and by the fine-tuned one."""

    before: Completion
    after: Completion


@dataclass(frozen=True)
class Completion:
    """How a prompt was continued, greedily."""

    prompt: str
    continuation: str
    prompt_tokens: tuple[str, ...]
    """The typed prompt as the tokenizer cuts it."""
    healed_tokens: tuple[str, ...]
    """The same text, with its last word as the model cut it when it was free to choose."""
    continuation_tokens: tuple[str, ...]
