"""The quantization lab: what measuring costs the thing measured, and how long a run takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import suppress

from bench.followed import followed
from bench.line import Line
from lib.models.catalogue import BUNDLED, REAL, find
from lib.models.errors import ModelUnavailable
from lib.quant.measure.duration import expected_s, time_limit_s
from lib.quant.measure.run import (
    LIBRARY_PRECISIONS,
    QuantizationRun,
    RowMeasured,
    held_out_excerpt,
)

ROUNDS = 5
GPU_MODELS = (REAL, "Qwen2.5-0.5B")


def lines() -> Iterator[Line]:
    yield decode_over_bare()
    yield from _of_the_real_model()
    yield from _six_precisions_on_a_gpu()


def _of_the_real_model() -> Iterator[Line]:
    try:
        find(REAL)
    except ModelUnavailable as why:
        print(f"skipped, the lines about {REAL}: {why}")
        return
    yield Line(f"seven precisions of {REAL.removesuffix('-Instruct')} measured", _seven_precisions_s(), "s", 90)
    yield decode_over_bare(model=REAL)


def _seven_precisions_s() -> float:
    """From submitting the run that the page makes by default to its end, through the engine."""
    from lib.engine import Engine  # brings Dask, which a machine that only measures need not have

    engine = Engine.start(("lib.quant.measure.job",))
    run = QuantizationRun(REAL)
    started = time.perf_counter()
    how = {"expected_s": expected_s(run), "time_limit_s": time_limit_s(REAL), "wide": True}
    *_, view = followed(engine, "lib.quant.measure.job:measure", run, **how)
    seconds = time.perf_counter() - started
    engine.close()
    measured = [event.row for event in view.events if isinstance(event, RowMeasured)]
    assert tuple(measured) == LIBRARY_PRECISIONS, f"only {measured} were measured"
    return seconds


def decode_over_bare(rounds: int = ROUNDS, model: str = BUNDLED) -> Line:
    """Decode tokens/s as the lab reports them over a bare `generate` script's; rounds take turns, so drift cancels."""
    ratios = [_lab_rate(model) / _bare_rate(model) for _ in range(rounds)]
    of = "" if model == BUNDLED else f", {model.removesuffix('-Instruct')}"
    title = f"decode tokens/s in the lab over a bare generate script{of}"
    return Line(title, statistics.median(ratios), "", 0.97, ">=")


def _lab_rate(model: str) -> float:
    from lib.quant.measure.job import measure

    run = QuantizationRun(model, ("fp32",), ("speed",), timed_tokens=64, repeats=9)
    row = next(event for event in measure(run) if isinstance(event, RowMeasured))
    return row.speed.decode_tokens_per_s.median


def _bare_rate(name: str) -> float:
    """What a student would write: load, generate, look at the clock."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from lib.quant.measure.job import DECODE_PROMPT

    folder = find(name)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).to(device).eval()
    prompt = tokenizer(held_out_excerpt(name).text, return_tensors="pt").input_ids[:, :DECODE_PROMPT].to(device)
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

    from lib.quant.measure.job import measure
    from scripts.measure_quantization import random_as_bundled

    if not torch.cuda.is_available():
        return
    six = tuple(precision for precision in LIBRARY_PRECISIONS if precision != "nf4-double")

    def line(name: str, title: str) -> Line:
        started = time.perf_counter()
        list(measure(QuantizationRun(name, six)))
        return Line(f"six precisions of {title}", time.perf_counter() - started, "s", 60)

    for name in GPU_MODELS:
        with suppress(ModelUnavailable):
            find(name)
            yield line(name, name)
    with random_as_bundled("SmolLM2-135M"):
        yield line(BUNDLED, "SmolLM2-135M's shape, random weights")
