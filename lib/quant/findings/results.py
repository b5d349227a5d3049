"""A measuring run as it stands: what has been measured so far, and comparisons within it. No torch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from lib.quant.measure.run import (
    REFERENCE,
    SHORT_TITLES,
    TITLES,
    Event,
    Finished,
    Progress,
    RowFailed,
    RowMeasured,
    Started,
)
from lib.quant.measure.speed.rate import Rate


@dataclass(frozen=True)
class Results:
    """`rows` and `failed` by precision, in the order they were measured."""

    started: Started
    rows: dict[str, RowMeasured]
    failed: dict[str, RowFailed]
    progress: Progress | None
    finished: Finished | None

    @property
    def reference(self) -> RowMeasured | None:
        return self.rows.get(REFERENCE)

    def quantized(self) -> list[RowMeasured]:
        """Rows below 16 bits."""
        return [row for name, row in self.rows.items() if name not in ("fp32", "bf16", "fp16")]

    def with_speed(self) -> list[RowMeasured]:
        return [row for row in self.rows.values() if row.speed is not None]


def collect(events: Iterable[Event]) -> Results | None:
    """What a run has yielded so far; None before it has started."""
    started, progress, finished = None, None, None
    rows: dict[str, RowMeasured] = {}
    failed: dict[str, RowFailed] = {}
    for event in events:
        match event:
            case Started():
                started = event
            case RowMeasured():
                rows[event.row] = event
            case RowFailed():
                failed[event.row] = event
            case Progress():
                progress = event
            case Finished():
                finished = event
    return None if started is None else Results(started, rows, failed, progress, finished)


def true_bytes(row: RowMeasured) -> int | None:
    return row.memory.true_bytes if row.memory is not None else None


def pareto_front(points: list[tuple[str, float, float]]) -> list[str]:
    """Names of the points (name, cost, loss) for which no other is at least as good in both and better in one."""
    front = []
    for name, cost, loss in points:
        beaten = any(c <= cost and p <= loss and (c < cost or p < loss) for other, c, p in points if other != name)
        if not beaten:
            front.append(name)
    return front


LEVEL = 0.05
"""Few repeats that happen to agree are no proof of a smaller difference."""


@dataclass(frozen=True)
class Ratio:
    """How two rates compare; `certain` if the middle halves of their repeats lie apart, and further than 5%."""

    times: float
    certain: bool

    @property
    def words(self) -> str:
        if not self.certain:
            return "too close to call, given how much the repeats vary"
        return f"{self.times:.1f} times as fast" if self.times >= 1 else f"{1 / self.times:.1f} times slower"


def compare(new: Rate, old: Rate) -> Ratio:
    times = new.median / old.median
    apart = new.low > old.high or new.high < old.low
    return Ratio(times, apart and abs(times - 1) > LEVEL)


def table(results: Results) -> list[dict[str, object]]:
    """One line a row, as it is shown and downloaded; what was not measured is None."""
    return [_export_line(row) for row in results.rows.values()]


def _export_line(row: RowMeasured) -> dict[str, object]:
    memory, quality, speed = row.memory, row.quality, row.speed
    agreement = quality.agreement if quality else None
    return {
        "precision": TITLES[row.row],
        "true_bytes": memory.true_bytes if memory else None,
        "footprint_bytes": memory.footprint_bytes if memory else None,
        "file_bytes": memory.file_bytes if memory else None,
        "cuda_peak_bytes": memory.peak_bytes if memory else None,
        "sizes_from_formula": memory.simulated if memory else None,
        "perplexity": _rounded(quality.perplexity) if quality else None,
        "perplexity_standard_error": _rounded(quality.perplexity_error) if quality else None,
        "loss_change_nats": _rounded(agreement.loss_change) if agreement else None,
        "loss_change_standard_error": _rounded(agreement.loss_change_error) if agreement else None,
        "kl_from_fp32_nats": agreement.kl_nats if agreement else None,
        "same_top_token_percent": _rounded(100 * agreement.top1_share) if agreement else None,
        "prefill_tokens_per_s": _rounded(speed.prefill_tokens_per_s.median) if speed else None,
        "decode_tokens_per_s": _rounded(speed.decode_tokens_per_s.median) if speed else None,
        "decode_slowest_tokens_per_s": _rounded(speed.decode_tokens_per_s.low) if speed else None,
        "decode_fastest_tokens_per_s": _rounded(speed.decode_tokens_per_s.high) if speed else None,
        "load_s": _rounded(row.load_s) if row.load_s is not None else None,
    }


def _rounded(value: float) -> float | None:
    """Six significant digits; None for what is not a number, which JSON cannot hold."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def short(name: str) -> str:
    return SHORT_TITLES[name]
