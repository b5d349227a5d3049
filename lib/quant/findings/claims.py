"""The lecture's four advantages and four disadvantages, held against one run. No torch.

Every check returns whether the run confirms the claim, and says so in the run's own figures. What a run has
not measured is left open, never guessed. A claim that no run can refute is marked as true by definition.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from lib.places import ASSETS
from lib.quant.findings.results import Ratio, Results, compare, short
from lib.quant.measure.run import RowMeasured
from lib.quant.measure.scoring.quality import Agreement
from lib.units import format_count, format_gb


class Finding(StrEnum):
    BY_DEFINITION = "true by definition"
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not confirmed here"
    OPEN = "not measured yet"


@dataclass(frozen=True)
class Claim:
    id: str
    side: str
    claim: str
    measured_by: str
    by_definition: str | None = None
    """Why no run can refute it; None if one can."""


@dataclass(frozen=True)
class CheckedClaim:
    claim: Claim
    finding: Finding
    because: str


@cache
def claims() -> tuple[Claim, ...]:
    return tuple(Claim(**claim) for claim in json.loads((ASSETS / "quant" / "claims.json").read_text(encoding="utf-8")))


def check_claims(results: Results | None) -> list[CheckedClaim]:
    """Every claim against what has been measured so far."""
    return [_checked(claim, results) for claim in claims()]


def _checked(claim: Claim, results: Results | None) -> CheckedClaim:
    found = _CHECKS[claim.id](results) if results is not None else None
    if found is None:
        if claim.by_definition:
            return CheckedClaim(claim, Finding.BY_DEFINITION, claim.by_definition)
        return CheckedClaim(claim, Finding.OPEN, "Run the measurement above.")
    holds, because = found
    if holds and claim.by_definition:
        return CheckedClaim(claim, Finding.BY_DEFINITION, f"{claim.by_definition} {because}")
    return CheckedClaim(claim, Finding.CONFIRMED if holds else Finding.NOT_CONFIRMED, because)


Answer = tuple[bool, str] | None


def _memory(results: Results) -> Answer:
    reference = results.reference
    rows = [row for row in results.quantized() if row.memory is not None and not row.memory.simulated]
    if reference is None or reference.memory is None or not rows:
        return None
    smallest = min(rows, key=lambda row: row.memory.true_bytes)
    before, after = reference.memory.true_bytes, smallest.memory.true_bytes
    return (
        after < before,
        f"{short(smallest.row)} takes {format_gb(after)}, fp32 {format_gb(before)}: {before / after:.1f} times less.",
    )


def _faster(results: Results) -> Answer:
    pair = _fastest_pair(results, "decode_tokens_per_s")
    if pair is None:
        return None
    best, rival, ratio = pair
    new, old = best.speed.decode_tokens_per_s.median, rival.speed.decode_tokens_per_s.median
    return ratio.times > 1 and ratio.certain, (
        f"The fastest quantized row, {short(best.row)}, writes {new:,.0f} tokens/s and {short(rival.row)} {old:,.0f}: "
        f"{ratio.words}."
    )


def _energy(results: Results) -> Answer:
    pair = _fastest_pair(results, "decode_tokens_per_s")
    if pair is None or pair[0].memory is None or pair[1].memory is None:
        return None
    best, rival, ratio = pair
    new, old = (1000 / row.speed.decode_tokens_per_s.median for row in (best, rival))
    less, more = format_gb(best.memory.true_bytes), format_gb(rival.memory.true_bytes)
    moved = f"It moves {less} of weights per token, not {more}, which is what saves energy where memory is the limit."
    if best.row in results.started.unpacked:
        moved = (
            f"It keeps {less} of weights, not {more}, but unpacks them in memory for every product, so that no fewer "
            "bytes are moved."
        )
    return ratio.times > 1 and ratio.certain, (
        f"Indirectly: {short(best.row)} needs {new:.1f} ms per token and {short(rival.row)} {old:.1f} ms. "
        f"At equal power, energy follows time. {moved}"
    )


def _cost(results: Results) -> Answer:
    pair = _fastest_pair(results, "prefill_tokens_per_s")
    if pair is None:
        return None
    best, rival, ratio = pair
    new, old = best.speed.prefill_tokens_per_s.median, rival.speed.prefill_tokens_per_s.median
    how = "int8 multiplies whole numbers, 4-bit weights are first turned back into floating-point numbers"
    if "int8" in results.started.unpacked:
        how = "on this processor int8 and 4-bit weights are first turned back into floating-point numbers"
    return ratio.times > 1 and ratio.certain, (
        f"{short(best.row)} reads {new:,.0f} tokens/s and {short(rival.row)} {old:,.0f}: {ratio.words}. "
        f"There are as many products as before: {how}. What surely costs less is the memory."
    )


def _precision(results: Results) -> Answer:
    rows = [row for row in results.quantized() if _agreement(row)]
    if not rows:
        return None
    worst = max(rows, key=lambda row: _agreement(row).kl_nats)
    found = _agreement(worst)
    return found.top1_share < 1 or found.kl_nats > 0, (
        f"{short(worst.row)} moved furthest: KL {found.kl_nats:.2g} nats per token, and {len(found.changed):,} of "
        f"{worst.quality.tokens:,} predictions changed."
    )


def _generalisation(results: Results) -> Answer:
    rows = [row for row in results.quantized() if _agreement(row) and row.elsewhere and row.elsewhere.agreement]
    if not rows:
        return None
    worst = next((row for row in rows if row.row == "nf4"), None) or max(rows, key=lambda row: _agreement(row).kl_nats)
    here, there = _agreement(worst), worst.elsewhere.agreement
    error = (here.loss_change_error**2 + there.loss_change_error**2) ** 0.5
    return there.loss_change - here.loss_change > 2 * error, (
        f"{short(worst.row)} adds {there.loss_change:+.3f} ± {there.loss_change_error:.3f} nats per token on the "
        f"notes and {here.loss_change:+.3f} ± {here.loss_change_error:.3f} on the text above (± one standard error)."
    )


def _finetuning(results: Results) -> Answer:
    rows = [row for row in results.quantized() if row.memory is not None and row.memory.float_weights is not None]
    if not rows:
        return None
    row = min(rows, key=lambda each: each.memory.true_bytes)
    codes = results.started.parameters - row.memory.float_weights
    return codes > 0, (
        f"In {short(row.row)} {format_count(codes)} of {format_count(results.started.parameters)} weights are "
        "whole-number codes without a gradient. Small float matrices beside them can be trained: that is QLoRA."
    )


def _tradeoff(results: Results) -> Answer:
    rows = [row for row in results.quantized() if row.memory is not None and _agreement(row)]
    if len(rows) < 2:
        return None
    largest = max(rows, key=lambda row: row.memory.true_bytes)
    smallest = min(rows, key=lambda row: row.memory.true_bytes)
    more, less = _agreement(largest).kl_nats, _agreement(smallest).kl_nats
    return less > more, (
        f"From {short(largest.row)} ({format_gb(largest.memory.true_bytes)}) to {short(smallest.row)} "
        f"({format_gb(smallest.memory.true_bytes)}) the KL divergence goes from {more:.2g} to {less:.2g}."
    )


def _fastest_pair(results: Results, rate: str) -> tuple[RowMeasured, RowMeasured, Ratio] | None:
    """The fastest quantized row, the fastest other one, and how they compare."""
    quantized = [row for row in results.quantized() if row.speed is not None]
    others = [row for row in results.with_speed() if row not in quantized]
    if not quantized or not others:
        return None

    def speed(row: RowMeasured) -> float:
        return getattr(row.speed, rate).median

    best, rival = max(quantized, key=speed), max(others, key=speed)
    return best, rival, compare(getattr(best.speed, rate), getattr(rival.speed, rate))


def _agreement(row: RowMeasured) -> Agreement | None:
    return row.quality.agreement if row.quality is not None else None


_CHECKS: dict[str, Callable[[Results], Answer]] = {
    "memory": _memory,
    "faster": _faster,
    "energy": _energy,
    "cost": _cost,
    "precision": _precision,
    "generalisation": _generalisation,
    "finetuning": _finetuning,
    "tradeoff": _tradeoff,
}
