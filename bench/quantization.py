"""The quantization lab: what measuring costs the thing measured, and how long a run takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import suppress

from bench.line import Line
from lib.models.catalogue import BUNDLED, find
from lib.quant.measure.run import LIBRARY_PRECISIONS, QuantizationRun, RowMeasured, held_out_excerpt

ROUNDS = 5


def lines() -> Iterator[Line]:
    yield decode_over_bare()
    yield from _six_precisions_on_a_gpu()


def decode_over_bare(rounds: int = ROUNDS) -> Line:
    """Decode tokens/s as the lab reports them over a bare `generate` script's; rounds take turns, so drift cancels."""
    ratios = [_lab_rate() / _bare_rate() for _ in range(rounds)]
    return Line("decode tokens/s in the lab over a bare generate script", statistics.median(ratios), "", 0.97, ">=")


def _lab_rate() -> float:
    from lib.quant.measure.job import measure

    run = QuantizationRun(BUNDLED, ("fp32",), ("speed",), new_tokens=64, repeats=9)
    row = next(event for event in measure(run) if isinstance(event, RowMeasured))
    return row.speed.decode_tokens_per_s.median


def _bare_rate() -> float:
    """What a student would write: load, generate, look at the clock."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = find(BUNDLED)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).to(device).eval()
    prompt = tokenizer(held_out_excerpt().text, return_tensors="pt").input_ids[:, :16].to(device)
    options = {"max_new_tokens": 64, "min_new_tokens": 64, "do_sample": False, "pad_token_id": 0}
    rates = []
    with torch.inference_mode():
        for _ in range(10):
            started = time.perf_counter()
            model.generate(prompt, attention_mask=torch.ones_like(prompt), **options)
            if device == "cuda":
                torch.cuda.synchronize()
            rates.append(64 / (time.perf_counter() - started))
    return statistics.median(rates[1:])


def _six_precisions_on_a_gpu() -> Iterator[Line]:
    """Where there is a GPU: the models the page would take by default if they are here, and the smaller one's shape."""
    import torch

    from lib.models.errors import ModelUnavailable
    from lib.quant.measure.job import measure
    from lib.ui.quant.lab import GPU_DEFAULTS
    from scripts.measure_quantization import random_as_bundled

    if not torch.cuda.is_available():
        return
    six = tuple(precision for precision in LIBRARY_PRECISIONS if precision != "nf4-double")

    def line(name: str, title: str) -> Line:
        started = time.perf_counter()
        list(measure(QuantizationRun(name, six)))
        return Line(f"six precisions of {title}", time.perf_counter() - started, "s", 60)

    for name in GPU_DEFAULTS:
        with suppress(ModelUnavailable):
            find(name)
            yield line(name, name)
    with random_as_bundled("SmolLM2-135M"):
        yield line(BUNDLED, "SmolLM2-135M's shape, random weights")
