"""What is asked of adapters, and what comes of it. No torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import ClassVar

from lib.models.catalogue import catalogue
from lib.training.errors import TrainingError
from lib.training.texts.prompts import Completion, check_prompt

STRENGTHS = tuple(step / 4 for step in range(-4, 9))
"""λ from −1 to 2 times ΔW."""
SHARES = tuple(step / 8 for step in range(9))
"""Of the second adapter in a mixture."""


@dataclass(frozen=True)
class Dialling:
    """One prompt, to be answered with each adapter at each of some strengths."""

    first_asked: ClassVar[tuple[float, ...]] = (1.0, 0.0)
    model: str
    prompt: str
    adapters: tuple[bytes, ...]
    settings: tuple[tuple[float, ...], ...]
    """Each has a strength for every adapter: λ of Σ λᵢ ΔWᵢ."""
    precision: str | None = None
    """What the base was held in when they were trained; None is what the model is usually held in here."""

    def __post_init__(self) -> None:
        check_prompt(self.prompt)
        if not self.adapters or any(len(setting) != len(self.adapters) for setting in self.settings):
            raise TrainingError(f"Each setting must have {len(self.adapters)} strengths, one for each adapter")

    @property
    def expected_s(self) -> float:
        """Seconds on two CPU cores, with loading."""
        return 1 + (2.0 if catalogue()[self.model].wide else 0.15) * len(self.settings)

    def naming_adapters(self) -> Dialling:
        """The same, for a recording: a digest of each adapter in place of its megabyte."""
        return replace(self, adapters=tuple(sha256(adapter).digest() for adapter in self.adapters))

    def is_of(self, *adapters: bytes) -> bool:
        """Whether these were asked, also where only their digests were kept."""
        return self.adapters in (adapters, tuple(sha256(adapter).digest() for adapter in adapters))


@dataclass(frozen=True)
class Dialled:
    setting: tuple[float, ...]
    completion: Completion


def dial(model: str, prompt: str, adapter: bytes, precision: str | None = None) -> Dialling:
    """One adapter from −ΔW to 2 ΔW; its usual strength and its absence first."""
    first = Dialling.first_asked
    order = (*first, *(each for each in STRENGTHS if each not in first))
    return Dialling(model, prompt, (adapter,), tuple((strength,) for strength in order), precision)


def mixture(model: str, prompt: str, one: bytes, other: bytes) -> Dialling:
    """Two adapters, (1 − share) ΔW₁ + share ΔW₂, and both at full strength."""
    settings = [(1 - share, share) for share in SHARES]
    return Dialling(model, prompt, (one, other), (*settings, (1.0, 1.0)))
