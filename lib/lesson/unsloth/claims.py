"""What is published of Unsloth, and the memory calculator's figures for the same set-ups."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.lesson.unsloth.saving import LONGEST, PLAIN, SPARED, long_reading
from lib.memory import Architecture, TrainingSetup
from lib.memory.train.adapters import adapter_parameters
from lib.memory.train.training import training
from lib.places import ASSETS
from lib.sources import Source
from lib.units import GIB

FILE = ASSETS / "lesson" / "unsloth.json"
SHORT = 512
"""Tokens of a text, where a claim says no length and is about the least that is needed."""


@cache
def told() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))


def source_of(part: str, key: str = "source") -> Source:
    return Source(**told()[part][key])


def setup_of(part: str) -> str:
    """The set-up in words, as far as the source says it."""
    return told()[part]["setup"]


@dataclass(frozen=True)
class Benchmark:
    """One row of the blog's tables; Hugging Face without FlashAttention is 1."""

    card: str
    model: str
    data: str
    times_as_fast: float
    with_flash_attention: float
    """How fast the same is without Unsloth, but with the faster attention (FlashAttention 2, or PyTorch's own)."""
    less_memory_percent: float

    @property
    def times_beside_flash(self) -> float:
        """How fast against what one would use otherwise."""
        return self.times_as_fast / self.with_flash_attention


@cache
def benchmark() -> tuple[Benchmark, ...]:
    return tuple(Benchmark(**row) for row in told()["benchmark"]["rows"])


def reaches(row: Benchmark, times: float, percent: float) -> bool:
    """Whether a row is as good as a claim in both."""
    return row.times_as_fast >= times and row.less_memory_percent >= percent


@dataclass(frozen=True)
class Reported:
    """Memory of one text of so many tokens, in GiB: reported in whole GB, and by formula. None: it did not fit."""

    tokens: int
    flash_gb: float | None
    unsloth_gb: float
    plain_gib: float
    spared_gib: float
    faster: float | None
    """Tokens per second with Unsloth over those without."""

    @property
    def less_share(self) -> float | None:
        """Share of the memory that is reported to be spared; None where there is nothing to compare with."""
        return None if self.flash_gb is None else 1 - self.unsloth_gb / self.flash_gb

    @property
    def spared_apart_gib(self) -> float:
        """Between what is reported with Unsloth and the formula, whichever is more; a GB is taken for a GiB."""
        return abs(self.unsloth_gb - self.spared_gib)


@cache
def by_length() -> tuple[Reported, ...]:
    """The published table of memory by a text's length, each row beside what the calculator says of it."""
    part = told()["by_length"]
    arch = long_reading(part["model"])
    return tuple(
        Reported(
            tokens=row["tokens"],
            flash_gb=row["flash_gb"],
            unsloth_gb=row["unsloth_gb"],
            plain_gib=_gib(arch, PLAIN.with_(rank=part["rank"], sequence=row["tokens"])),
            spared_gib=_gib(arch, SPARED.with_(rank=part["rank"], sequence=row["tokens"])),
            faster=row["flash_tokens_per_s"] and row["unsloth_tokens_per_s"] / row["flash_tokens_per_s"],
        )
        for row in part["rows"]
    )


@dataclass(frozen=True)
class FourTexts:
    """The same page's other table: four texts at a time, in 16 bits."""

    tokens: int
    texts: int
    bits: int
    flash_tokens_per_s: int
    unsloth_tokens_per_s: int

    @property
    def faster(self) -> float:
        return self.unsloth_tokens_per_s / self.flash_tokens_per_s


@cache
def four_texts() -> FourTexts:
    return FourTexts(**told()["by_length"]["of_four"])


@dataclass(frozen=True)
class Longest:
    """The longest text that a card takes: published, and by formula; None where nothing fits."""

    card_gb: int
    flash_tokens: int | None
    unsloth_tokens: int
    plain_tokens: int | None
    spared_tokens: int | None

    @property
    def times_published(self) -> float | None:
        """How many times the length with Unsloth; None where nothing fits without."""
        return None if self.flash_tokens is None else self.unsloth_tokens / self.flash_tokens

    @property
    def times_counted(self) -> float | None:
        """The same by formula."""
        return self.spared_tokens / self.plain_tokens if self.plain_tokens and self.spared_tokens else None

    @property
    def explained_share(self) -> float:
        """Of the length published with Unsloth, what the formula comes to."""
        return (self.spared_tokens or 0) / self.unsloth_tokens


@cache
def longest() -> tuple[Longest, ...]:
    """A card of N GB is taken to hold N GiB, as its driver says."""
    part = told()["longest"]
    arch = long_reading(part["model"])
    return tuple(
        Longest(
            row["card_gb"],
            row["flash_tokens"],
            row["unsloth_tokens"],
            longest_within(arch, PLAIN.with_(rank=part["rank"]), row["card_gb"] * GIB),
            longest_within(arch, SPARED.with_(rank=part["rank"]), row["card_gb"] * GIB),
        )
        for row in part["rows"]
    )


def longest_within(arch: Architecture, setup: TrainingSetup, room_bytes: float) -> int | None:
    """Tokens of the longest text that fits in `room_bytes`; None if none does.

    Memory grows with a text's length in straight pieces, so a straight line through the ends of what is still possible
    finds it in a few steps, where halving takes twenty.
    """

    def over(tokens: int) -> float:
        return training(arch, setup.with_(sequence=tokens)).total_bytes - room_bytes

    low, below = 1, over(1)
    if below > 0:
        return None
    high = 2
    while (above := over(high)) <= 0:
        low, below = high, above
        high = min(high * 8, LONGEST)
        if low == LONGEST:
            return low
    turn = 0
    while high - low > 1:
        turn += 1
        guess = low + int((high - low) * -below / (above - below)) if turn % 3 else (low + high) // 2
        guess = min(max(guess, low + 1), high - 1)
        needed = over(guess)
        if needed <= 0:
            low, below = guess, needed
        else:
            high, above = guess, needed
    return low


@dataclass(frozen=True)
class Least:
    """“The absolute minimum” for a size, in GB of 10⁹ bytes, and what the calculator says of one model of that size."""

    size: str
    model: str
    qlora_gb: float
    lora_gb: float
    counted_qlora_gb: float
    counted_lora_gb: float
    weights_4_bits_gb: float
    """What bitsandbytes makes of the weights alone: linear layers in nf4, the rest in 16 bits."""


@cache
def least() -> tuple[Least, ...]:
    """One text of SHORT tokens, rank 16."""
    rows = []
    for row in told()["least"]["rows"]:
        arch = long_reading(row["model"])
        qlora = training(arch, SPARED.with_(sequence=SHORT))
        lora = training(arch, SPARED.with_(sequence=SHORT, method="lora"))
        adapters = adapter_parameters(arch, SPARED.rank, SPARED.targets) * SPARED.adapter_bytes
        rows.append(
            Least(
                **row,
                counted_qlora_gb=qlora.total_bytes / 1e9,
                counted_lora_gb=lora.total_bytes / 1e9,
                weights_4_bits_gb=(qlora.size_of("weights") - adapters) / 1e9,
            )
        )
    return tuple(rows)


def _gib(arch: Architecture, setup: TrainingSetup) -> float:
    return training(arch, setup).total_bytes / GIB
