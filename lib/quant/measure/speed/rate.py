"""Repeated timings: a rate with its median and spread. No torch; the caller says how to wait for the device."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FEWEST_REPEATS = 2
AGREE = 0.01


@dataclass(frozen=True)
class Rate:
    """Tokens a second, from repeats after a warm-up; `low` and `high` are quartiles: one hiccup is no spread."""

    median: float
    low: float
    high: float
    repeats: int


@dataclass(frozen=True)
class Speed:
    """prefill: a prompt of `prompt_tokens` read at once. decode: `new_tokens` written one by one with `generate`."""

    prefill_tokens_per_s: Rate
    decode_tokens_per_s: Rate
    prompt_tokens: int
    new_tokens: int


def timed(
    work: Callable[[], None],
    tokens: int,
    repeats: int,
    *,
    synchronise: Callable[[], None] = lambda: None,
    budget_s: float = 4.0,
    warm: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[Rate | None]:
    """Do `work` up to `repeats` times, once before to warm up; yields None after each, and the rate at the end.

    warm  it has been done just now, so that no warm-up is needed

    It ends early, after FEWEST_REPEATS, once two in a row agree within AGREE or `budget_s` is spent.
    """
    if not warm:
        work()
        synchronise()
        yield None
    seconds = []
    while len(seconds) < max(repeats, FEWEST_REPEATS):
        started = clock()
        work()
        synchronise()
        seconds.append(clock() - started)
        yield None
        if len(seconds) >= FEWEST_REPEATS and (sum(seconds) > budget_s or _agree(*seconds[-2:])):
            break
    rates = [tokens / each for each in seconds]
    low, median, high = statistics.quantiles(rates, n=4, method="inclusive")
    yield Rate(median, low, high, len(rates))


def _agree(one: float, other: float) -> bool:
    return abs(one - other) <= AGREE * min(one, other)
