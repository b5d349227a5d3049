"""The default fine-tuning run: how long, what it has learnt, over ten seeds, and what the app costs it.

The bare loop runs in a process of its own with a worker's environment, so that the two differ by the engine alone.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from bench.line import Line
from lib.engine import Engine
from lib.engine.cluster import WORKER_ENVIRONMENT
from lib.models.catalogue import bundled_folder
from lib.places import ROOT
from lib.training.datasets import load_dataset
from lib.training.progress import Progress, is_right, progress
from lib.training.run import HeldOut, LoraRun, Step

SEEDS = range(10)


def lines() -> Iterator[Line]:
    yield from _ten_seeds()
    yield from _through_the_app()
    yield _held_out_perplexity()


def _ten_seeds() -> Iterator[Line]:
    from lib.training.lora import finetune

    runs = [progress(finetune(LoraRun(seed=seed))) for seed in SEEDS]
    blanks = load_dataset("kopi_orders").blanks

    def learnt(told: Progress) -> bool:
        right_after = all(is_right(said, blank) for said, blank in zip(told.after, blanks, strict=True))
        wrong_before = not any(is_right(said, blank) for said, blank in zip(told.before, blanks, strict=True))
        return right_after and wrong_before and told.held_out[-1].loss <= told.held_out[0].loss / 2

    yield Line("default run, worst of 10 seeds", max(told.finished.seconds for told in runs), "s", 15)
    yield Line("seeds with all blanks right, loss at least halved", sum(map(learnt, runs)), "of 10", 8, ">=")
    yield Line(
        "held-out loss after / before, worst seed", max(t.held_out[-1].loss / t.held_out[0].loss for t in runs), "", 0.5
    )


def _through_the_app() -> Iterator[Line]:
    """Seconds from submit to the first loss, cold and warm, and steps/s against the same loop without the engine."""
    engine = Engine.start()  # not warmed: the first run imports torch
    cold_s, _ = _run(engine)
    pairs = [(_run(engine), _bare_steps_per_s()) for _ in range(3)]
    engine.close()
    yield Line("submit to first loss point, cold worker", cold_s, "s", 8)
    yield Line("submit to first loss point, warm worker", statistics.median(run[0] for run, _ in pairs), "s", 1.5)
    ratio = statistics.median(run[1] / bare for run, bare in pairs)
    yield Line("LoRA steps/s through the app over a bare loop", ratio, "", 0.97, ">=")


def _bare_steps_per_s() -> float:
    """Steps/s of the default run in a plain process."""
    script = (
        "from bench.training import _steps_per_s\n"
        "from lib.training.lora import LoraRun, finetune\n"
        "print(_steps_per_s(list(finetune(LoraRun()))))"
    )
    environment = {**os.environ, **WORKER_ENVIRONMENT}
    done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, check=True, capture_output=True)
    return float(done.stdout.split()[-1])


def _run(engine: Engine) -> tuple[float, float]:
    """(seconds to the first loss, steps/s) of a default run through the engine."""
    started = time.perf_counter()
    job = engine.submit(
        "lib.training.lora:finetune", LoraRun(), owner="bench", kind="lora", expected_s=10, time_limit_s=300
    )
    first_s = None
    while True:
        view = engine.view(job, owner="bench")
        if first_s is None and any(isinstance(event, HeldOut) for event in view.events):
            first_s = time.perf_counter() - started
        if not view.state.active:
            return first_s, _steps_per_s(view.events)
        time.sleep(0.05)


def _steps_per_s(events: list) -> float:
    """From the steps' own clocks, so that evaluations between them do not count."""
    steps = [event for event in events if isinstance(event, Step)]
    return len(steps) / sum(event.seconds for event in steps)


def _held_out_perplexity() -> Line:
    """Of the bundled model as shipped, over all held-out books, as its card has it."""
    facts = json.loads((bundled_folder() / "pretraining.json").read_text())
    value = facts["held_out"]["all"]["perplexity"]
    assert math.isfinite(value)
    return Line("held-out perplexity of the bundled model (its card)", value, "", 45)
