"""Questions asked backwards: what fits on a given card, how many it takes, and what would make it fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import combinations

from lib.memory.ask.changes import OPTIONS, Option
from lib.memory.errors import CannotEstimateError
from lib.memory.estimate import estimate
from lib.memory.gpus import Gpu
from lib.memory.model.architecture import Architecture
from lib.memory.serve.setup import ServingSetup
from lib.memory.setup import Setup

PAIRS_WANTED = 3
GPU_COUNTS = (1, 2, 4, 8, 16, 32, 64)
MOST_SEQUENCES = 65_536
BEST_FIRST = ("bf16", "fp8", "int8", "q8_0", "q6_k", "q5_k_m", "q4_k_m", "nf4", "q3_k_l", "q2_k")


def fits(arch: Architecture, setup: Setup, gpu: Gpu) -> bool:
    return estimate(arch, setup, gpu).total_bytes <= gpu.usable_bytes


def largest(needs: Callable[[int], float], room: float, limit: int) -> int:
    """The largest whole number up to `limit` that needs at most `room`; 0 if none does. `needs` must never fall.

    Memory grows nearly in a straight line, so it is looked for where a line would meet the room, and in the middle
    every other time, in case it bends: some 10 questions instead of 30.
    """
    low, high = 1, limit
    needs_low = needs(low)
    if needs_low > room:
        return 0
    needs_high = needs(high)
    if needs_high <= room:
        return limit
    bisect = False
    while high - low > 1:
        share = 0.5 if bisect else (room - needs_low) / (needs_high - needs_low)
        middle = min(max(low + int(share * (high - low)), low + 1), high - 1)
        needed = needs(middle)
        if needed <= room:
            low, needs_low = middle, needed
        else:
            high, needs_high = middle, needed
        bisect = not bisect
    return low


def longest_context(arch: Architecture, setup: Setup, gpu: Gpu) -> int:
    """Tokens a sequence may have, the rest as it is; at most what the model was made for."""
    needs = partial(_needs, arch, gpu, setup.with_tokens)
    return largest(needs, gpu.usable_bytes, arch.max_position_embeddings)


def largest_batch(arch: Architecture, setup: Setup, gpu: Gpu) -> int:
    """Sequences at once, the rest as it is."""
    needs = partial(_needs, arch, gpu, setup.with_sequences)
    return largest(needs, gpu.usable_bytes, MOST_SEQUENCES)


def _needs(arch: Architecture, gpu: Gpu, with_count: Callable[[int], Setup], count: int) -> float:
    return estimate(arch, with_count(count), gpu).total_bytes


def best_precision(arch: Architecture, setup: ServingSetup, gpu: Gpu) -> str | None:
    """The precision that fits and loses least; None if not even the smallest does."""
    return next((key for key in BEST_FIRST if fits(arch, setup.with_(precision=key), gpu)), None)


def stored_alike(models: Iterable[Architecture], arch: Architecture) -> tuple[Architecture, ...]:
    """`models` as if their matrices were stored as those of `arch`, to ask which of them would fit."""
    return tuple(replace(each, stored=arch.stored) for each in models)


def largest_model(models: Iterable[Architecture], setup: Setup, gpu: Gpu) -> Architecture | None:
    """The model with most parameters that fits with this set-up; None if none does."""
    best = None
    for arch in sorted(models, key=lambda each: -each.parameters):
        try:
            if fits(arch, setup, gpu):
                best = arch
                break
        except CannotEstimateError:  # an encoder keeps no cache; a sequence may be too long for a model
            continue
    return best


@dataclass(frozen=True)
class GpuRow:
    """One card against a set-up: how many it takes (None: more than 64 would not help), and how full each then is."""

    gpu: Gpu
    count: int | None
    needed_bytes: float

    @property
    def used_share(self) -> float:
        return self.needed_bytes / self.gpu.usable_bytes


def gpu_rows(arch: Architecture, setup: Setup, cards: Iterable[Gpu]) -> tuple[GpuRow, ...]:
    """How many of each card it takes. Sizes are worked out once for each count, not once for each card."""
    needs = {count: needed for count in GPU_COUNTS if (needed := _needed(arch, setup.over_gpus(count))) is not None}
    rows = []
    for card in cards:
        count = next((count for count, needed in needs.items() if needed <= card.usable_bytes), None)
        rows.append(GpuRow(card, count, needs[count or 1]))
    return tuple(rows)


def _needed(arch: Architecture, setup: Setup) -> float | None:
    """Bytes on one GPU; None where there is no such set-up (heads that so many GPUs cannot share)."""
    try:
        return estimate(arch, setup).total_bytes
    except CannotEstimateError:
        return None


@dataclass(frozen=True)
class Change:
    """A change that saves memory: what it does, what it costs the student, and what is needed afterwards."""

    key: str
    label: str
    price: str
    rank: int
    changes: tuple[tuple[str, object], ...]
    needed_bytes: float
    fits: bool

    def apply(self, setup: Setup) -> Setup:
        return setup.with_(**dict(self.changes))


@lru_cache(maxsize=256)
def what_would_fit(arch: Architecture, setup: Setup, gpu: Gpu, limit: int = 6) -> tuple[Change, ...]:
    """Changes ranked: those that make it fit first, the least painful of them first.

    When no single change is enough, pairs are tried, and then more together, the least painful first.
    """
    options = OPTIONS[setup.job](setup, longest_context(arch, setup, gpu), largest_batch(arch, setup, gpu))
    before = estimate(arch, setup, gpu).total_bytes
    singles = [change for option in options if (change := _try(arch, setup, gpu, option)) is not None]
    helping = [change for change in singles if change.needed_bytes < 0.995 * before]
    found = sorted(helping, key=lambda each: (not each.fits, each.rank if each.fits else 0, each.needed_bytes))
    if not any(change.fits for change in found):
        pairs = [(a, b) for a, b in combinations(singles, 2) if a in helping or b in helping]
        together = _pairs(arch, setup, gpu, pairs) or _greedy(arch, setup, gpu, singles)
        found = [*together, *found]
    return tuple(found[:limit])


def _pairs(arch: Architecture, setup: Setup, gpu: Gpu, pairs: list[tuple[Change, Change]]) -> list[Change]:
    """Two changes together that fit; one that helps nothing alone may be what is missing beside another."""
    made: list[Change] = []
    for first, second in sorted(pairs, key=lambda pair: pair[0].rank + pair[1].rank):
        changes = {**dict(first.changes), **dict(second.changes)}
        if len(changes) < len(first.changes) + len(second.changes):
            continue  # both change the same thing
        change = _together(arch, setup, gpu, [first, second])
        if change is not None and change.fits:
            made.append(change)
        if len(made) == PAIRS_WANTED:
            break
    return made


def _greedy(arch: Architecture, setup: Setup, gpu: Gpu, singles: list[Change]) -> list[Change]:
    """Changes added one after the other, the least painful first, until it fits; those not needed are left out."""
    taken: list[Change] = []
    for change in sorted(singles, key=lambda each: each.rank):
        fields = set(dict(change.changes))
        taken = [each for each in taken if not fields & set(dict(each.changes))] + [change]
        if (found := _together(arch, setup, gpu, taken)) is not None and found.fits:
            break
    else:
        return []
    for change in sorted(taken, key=lambda each: -each.rank):
        fewer = [each for each in taken if each is not change]
        shorter = _together(arch, setup, gpu, fewer)
        if shorter is not None and shorter.fits:
            taken, found = fewer, shorter
    return [found]


def _together(arch: Architecture, setup: Setup, gpu: Gpu, taken: list[Change]) -> Change | None:
    first, *rest = taken
    return _try(
        arch,
        setup,
        gpu,
        Option(
            "+".join(each.key for each in taken),
            "; ".join([first.label, *(each.label[0].lower() + each.label[1:] for each in rest)]),
            "; ".join(dict.fromkeys(each.price for each in taken)),
            sum(each.rank for each in taken),
            {key: value for each in taken for key, value in each.changes},
        ),
    )


def _try(arch: Architecture, setup: Setup, gpu: Gpu, option: Option) -> Change | None:
    try:
        needed = estimate(arch, setup.with_(**option.changes), gpu).total_bytes
    except CannotEstimateError:
        return None
    changes = tuple(option.changes.items())
    return Change(option.key, option.label, option.price, option.rank, changes, needed, needed <= gpu.usable_bytes)
