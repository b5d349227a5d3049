"""What a serving and a training set-up have in common: the questions that both can be asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import ClassVar, Self


class Setup(ABC):
    """How a model is served or trained; its subclasses are frozen dataclasses."""

    job: ClassVar[str]
    """`serve` or `train`."""
    gpus: int

    def with_(self, **changes: object) -> Self:
        return replace(self, **changes)

    @abstractmethod
    def with_tokens(self, tokens: int) -> Self:
        """The same with sequences of `tokens` tokens."""

    @abstractmethod
    def with_sequences(self, count: int) -> Self:
        """The same with `count` sequences at once."""

    @abstractmethod
    def over_gpus(self, count: int) -> Self:
        """The same, shared out over `count` GPUs."""
