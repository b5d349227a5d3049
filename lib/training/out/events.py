"""What is asked of an adapter that is to be merged, and what comes of it. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from lib.models.catalogue import catalogue
from lib.training.texts.prompts import check_prompt


@dataclass(frozen=True)
class Merging:
    """An adapter to put into the weights of its model."""

    model: str
    adapter: bytes
    prompt: str
    folder_wanted: bool = False
    """Whether the merged model is wanted as a file, or only the comparison."""
    precision: str | None = None
    """Of the merged weights: "fp32" or "bf16"; None is what the model is usually held in here."""

    def __post_init__(self) -> None:
        check_prompt(self.prompt)

    @property
    def expected_s(self) -> float:
        """Seconds on two CPU cores, with loading."""
        return 30 if catalogue()[self.model].wide else 3


@dataclass(frozen=True)
class Merged:
    """The model with the adapter beside it and the one with the adapter in it, asked the same."""

    prompt: str
    precision: str
    largest_difference: float
    """Of any logit, at any position of the prompt."""
    largest_effect: float
    """Of the adapter on any of the same logits: what the difference is small against."""
    beside: str
    """How the prompt goes on, greedily, with the adapter beside the weights."""
    within: str
    """The same with the adapter in the weights."""

    @property
    def same_text(self) -> bool:
        return self.beside == self.within


@dataclass(frozen=True)
class MergedFile:
    """The merged model's folder in a zip on the worker's disk."""

    path: str
    size_bytes: int
