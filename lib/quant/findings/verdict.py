"""What a run has shown, in sentences made from its own figures, the uncomfortable ones included. No torch."""

from __future__ import annotations

from lib.quant.findings.results import Results, compare, pareto_front, short
from lib.quant.measure.run import RowMeasured
from lib.quant.measure.scoring.quality import Quality
from lib.units import format_gb

FREE_PERCENT, NEARLY_FREE_PERCENT = 0.5, 2.0


def verdict(results: Results) -> list[str]:
    """Sentences, most important first; only of rows that were measured."""
    parts = (_size, _rest_in_fp32, _sixteen_bits, _four_bits, _slower, _fp16, _cliff, _best)
    return [sentence for part in parts if (sentence := part(results))]


def _size(results: Results) -> str | None:
    reference = results.reference
    sized = [row for row in results.rows.values() if row.memory is not None and not row.memory.simulated]
    if reference is None or reference.memory is None or len(sized) < 2:
        return None
    smallest = min(sized, key=lambda row: row.memory.true_bytes)
    times = reference.memory.true_bytes / smallest.memory.true_bytes
    rest = results.started.other_weights / results.started.parameters
    return (
        f"**{short(smallest.row)} is the smallest: {format_gb(smallest.memory.true_bytes)} where fp32 takes "
        f"{format_gb(reference.memory.true_bytes)}, {times:.1f} times less.** {rest:.0%} of this model's weights are "
        "embeddings and norms, which are never quantized; in Llama 3.1 8B embeddings and head are 13%."
    )


def _rest_in_fp32(results: Results) -> str | None:
    """What the layers that are never quantized cost if they are kept in fp32."""
    nf4 = results.rows.get("nf4")
    if results.started.rest_dtype != "fp32" or nf4 is None or nf4.memory is None:
        return None
    rest_bytes = 4 * results.started.other_weights
    return (
        f"**nf4 is not small by its name:** beside it embeddings, norms and LM head stay in fp32 here, "
        f"{format_gb(rest_bytes)} of its {format_gb(nf4.memory.true_bytes)}. In bf16 they take half, and nf4 "
        f"{format_gb(nf4.memory.true_bytes - rest_bytes / 2)}."
    )


def _sixteen_bits(results: Results) -> str | None:
    row = results.rows.get("bf16")
    change = _change(row)
    if change is None:
        return None
    if abs(change) > FREE_PERCENT:
        return f"bf16 instead of fp32 changed the perplexity by {change:+.2f}%."
    found = (
        f"the perplexity moved by {abs(change):.2f}% (standard error "
        f"{100 * row.quality.agreement.loss_change_error:.2f}%) and {row.quality.agreement.top1_share:.1%} of the "
        "predictions stayed."
    )
    if results.started.shipped_dtypes == ("BF16",):
        return (
            "**fp32 → bf16 is free here by construction:** this model's files hold only bf16 numbers, so that fp32 "
            f"keeps the very same weights in twice the memory. bf16 rounds only while it computes: {found}"
        )
    return f"**fp32 → bf16 is free:** half the memory, and {found}"


def _four_bits(results: Results) -> str | None:
    nf4, fp4 = results.rows.get("nf4"), results.rows.get("fp4")
    if _change(nf4) is None or _change(fp4) is None:
        return None
    better, worse = (nf4, fp4) if _kl(nf4) <= _kl(fp4) else (fp4, nf4)
    return (
        f"**Both have four bits, but {better.row} stays closer to fp32 than {worse.row}:** its KL divergence is "
        f"{_kl(better):.2g} against {_kl(worse):.2g} nats per token."
    )


def _slower(results: Results) -> str | None:
    int8 = results.rows.get("int8")
    rivals = [results.rows[name] for name in ("fp16", "bf16", "fp32") if name in results.rows]
    rivals = [row for row in rivals if row.speed is not None]
    if int8 is None or int8.speed is None or not rivals:
        return None
    new = int8.speed.decode_tokens_per_s
    rival = max(rivals, key=lambda row: row.speed.decode_tokens_per_s.median)
    old = rival.speed.decode_tokens_per_s
    ratio = compare(new, old)
    if ratio.times < 1 and ratio.certain:
        return (
            f"**Fewer bits are not faster by themselves: int8 writes {1 / ratio.times:.1f} times slower than "
            f"{rival.row}** ({new.median:,.0f} against {old.median:,.0f} tokens/s). "
            + (
                "This processor turns the weights back into floating-point numbers for every product."
                if "int8" in results.started.unpacked
                else "Every product first rounds the activations, then scales the result back."
            )
        )
    if ratio.certain:
        return f"int8 writes {ratio.words} as {rival.row} here."
    return (
        f"int8 wrote {new.median:,.0f} and {rival.row} {old.median:,.0f} tokens/s, but the repeats vary too "
        "much to call one of them faster."
    )


def _fp16(results: Results) -> str | None:
    fp16, fp32 = results.rows.get("fp16"), results.rows.get("fp32")
    if fp16 is None or fp32 is None or fp16.speed is None or fp32.speed is None:
        return None
    reading = compare(fp16.speed.prefill_tokens_per_s, fp32.speed.prefill_tokens_per_s)
    writing = compare(fp16.speed.decode_tokens_per_s, fp32.speed.decode_tokens_per_s)
    if not reading.certain:
        return None
    also = f" It writes {writing.words}." if writing.certain else ""
    if reading.times < 1:
        return (
            f"**fp16 reads a prompt {1 / reading.times:.1f} times slower than fp32 here:** a processor without fp16 "
            f"arithmetic converts every number first. On a GPU it is the other way round.{also}"
        )
    return f"fp16 reads a prompt {reading.times:.1f} times as fast as fp32 here.{also}"


def _cliff(results: Results) -> str | None:
    """Where round-to-nearest stops being nearly free."""
    rounded = [row for row in results.rows.values() if row.row.startswith("rtn") and _change(row) is not None]
    if len(rounded) < 2:
        return None
    rounded.sort(key=_bits, reverse=True)
    steep = next((place for place, row in enumerate(rounded) if _change(row) > NEARLY_FREE_PERCENT), len(rounded))
    worst = rounded[-1]
    if steep == 0:
        return (
            f"Rounding to nearest costs something at every width; at {_bits(worst)} bits the perplexity is "
            f"{_times(worst.quality)}."
        )
    last = rounded[steep - 1]
    if last is worst:
        return f"Rounding to nearest is nearly free down to {_bits(last)} bits: {_change(last):+.1f}% in perplexity."
    return (
        f"**Rounding to nearest is nearly free down to {_bits(last)} bits ({_change(last):+.1f}% in perplexity); at "
        f"{_bits(worst)} bits the perplexity is {_times(worst.quality)}.**"
    )


def _times(quality: Quality) -> str:
    factor = 1 + quality.perplexity_change_percent / 100
    return f"{factor:,.1f} times as high" if factor >= 2 else f"{quality.perplexity_change_percent:.0f}% higher"


def _best(results: Results) -> str | None:
    points = front_points(results)
    if len(points) < 3:
        return None
    front = [short(name) for name in pareto_front(points)]
    return f"On the front, where nothing else is both smaller and better: {', '.join(front)}."


def front_points(results: Results) -> list[tuple[str, float, float]]:
    """(precision, true bytes, perplexity) of every row that has both."""
    return [
        (name, float(row.memory.true_bytes), row.quality.perplexity)
        for name, row in results.rows.items()
        if row.memory is not None and row.quality is not None
    ]


def _change(row: RowMeasured | None) -> float | None:
    return None if row is None or row.quality is None else row.quality.perplexity_change_percent


def _kl(row: RowMeasured) -> float:
    return row.quality.agreement.kl_nats


def _bits(row: RowMeasured) -> int:
    return int(row.row.removeprefix("rtn"))
