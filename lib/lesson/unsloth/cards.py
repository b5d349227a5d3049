"""Which GPUs Unsloth asks for, in which 16-bit type they train, and what fits with LoRA and with QLoRA."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from lib.lesson.unsloth.claims import longest_within, source_of, told
from lib.lesson.unsloth.saving import SPARED, long_reading
from lib.memory import Gpu, gpu
from lib.memory.train.adapters import adapter_parameters
from lib.memory.train.training import TrainingEstimate, training
from lib.sources import Source


@dataclass(frozen=True)
class Card:
    """A graphics card and its CUDA compute capability, as NVIDIA lists it."""

    name: str
    capability: float
    source: Source

    @property
    def gpu(self) -> Gpu:
        return gpu(self.name)

    @property
    def is_asked_for(self) -> bool:
        """Whether it has what Unsloth's requirements ask for."""
        return self.capability >= told()["cards"]["asks_for"]

    @property
    def half_type(self) -> str:
        """The 16-bit type that training takes there."""
        return "bf16" if self.capability >= told()["cards"]["bf16_from"] else "fp16"


@cache
def cards() -> dict[str, Card]:
    """GPUs by name, with the compute capability that their maker states."""
    part = told()["cards"]
    return {
        row["name"]: Card(
            row["name"],
            row["capability"],
            source_of("cards", "legacy_source" if row["legacy"] else "capability_source"),
        )
        for row in part["rows"]
    }


@dataclass(frozen=True)
class Way:
    """LoRA or QLoRA of one model on one card."""

    method: str
    base_bits: int
    """Of the frozen linear layers."""
    made: TrainingEstimate
    trained: int
    longest: int | None
    """Tokens of the longest text that fits; None if none does."""

    def fits(self, card: Gpu) -> bool:
        return self.made.total_bytes <= card.usable_bytes


def spared_by_4_bits(lora: Way, qlora: Way) -> float:
    """Bytes by which the frozen base is smaller in QLoRA."""
    return lora.made.size_of("weights") - qlora.made.size_of("weights")


@lru_cache(maxsize=128)
def two_ways(model: str, card: Card, tokens: int, rank: int) -> tuple[Way, Way]:
    """The same adapters over a base in 16 bits and in 4, with what Unsloth spares."""
    arch = long_reading(model)
    ways = []
    for method, bits in (("lora", 16), ("qlora", 4)):
        setup = SPARED.with_(method=method, rank=rank, sequence=tokens, optimizer="adamw_8bit")
        room = card.gpu.usable_bytes
        made = training(arch, setup, card.gpu.context_mib)
        trained = adapter_parameters(arch, rank, setup.targets)
        ways.append(Way(method, bits, made, trained, longest_within(arch, setup, room)))
    return ways[0], ways[1]
