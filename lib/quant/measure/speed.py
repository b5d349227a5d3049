"""Repeated timings: a rate with its median and spread. No torch; the caller says how to wait for the device."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FEWEST_REPEATS = 3


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
    budget_s: float = 6.0,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[Rate | None]:
    """Do `work` once to warm up and then `repeats` times; yields None after each, and the rate at the end.

    A slow device ends early, after FEWEST_REPEATS, once `budget_s` is spent.
    """
    work()
    synchronise()
    yield None
    seconds = []
    while len(seconds) < max(repeats, 2):
        started = clock()
        work()
        synchronise()
        seconds.append(clock() - started)
        yield None
        if len(seconds) >= FEWEST_REPEATS and sum(seconds) > budget_s:
            break
    rates = [tokens / each for each in seconds]
    low, median, high = statistics.quantiles(rates, n=4, method="inclusive")
    yield Rate(median, low, high, len(rates))
