"""The default fine-tuning run: how long, what it has learnt, over ten seeds, and what the app costs it.

Runs go through the engine, as a student's do. The bare loop runs in a process of its own with a worker's environment
and cores, so that the two differ by the engine alone.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bench.followed import followed
from bench.line import Line
from lib.engine import Engine
from lib.engine.cluster import WORKER_ENVIRONMENT
from lib.models.catalogue import BUNDLED, REAL, bundled_folder, catalogue, find
from lib.models.device import this_machine
from lib.models.errors import ModelUnavailable
from lib.places import ROOT
from lib.training.duration import run_expected_s, run_time_limit_s
from lib.training.events import HeldOut, Step
from lib.training.progress import Progress, is_right, progress
from lib.training.run import FineTuningRun, usual_ask_every, usual_learning_rate, usual_steps
from lib.training.texts.datasets import load_dataset
from lib.ui.kit.jobs import WARM_MODULES

SEEDS = range(10)
LONGEST_S = {BUNDLED: 4, REAL: 45}


def lines() -> Iterator[Line]:
    yield from _to_the_first_loss()
    engine = Engine.start(WARM_MODULES)
    for model in (BUNDLED, REAL):
        try:
            find(model)
        except ModelUnavailable as why:
            print(f"skipped, the lines about {model}: {why}")
            continue
        yield from _ten_seeds(engine, model)
        yield from _over_a_bare_loop(engine, model)
    yield _beside_another(engine)
    engine.close()
    yield _held_out_perplexity()


def default_run(model: str, seed: int = 0) -> FineTuningRun:
    """What the page starts, if nothing on it was touched."""
    return FineTuningRun(
        model=model,
        seed=seed,
        learning_rate=usual_learning_rate(model),
        steps=usual_steps(model),
        ask_every=usual_ask_every(model),
        prompts=("The capital of France is",),
    )


def _ten_seeds(engine: Engine, model: str) -> Iterator[Line]:
    blanks = load_dataset("kopi_orders").blanks
    runs = [_run(engine, default_run(model, seed)) for seed in SEEDS]

    def learnt(told: Progress) -> bool:
        right_after = all(is_right(said, blank) for said, blank in zip(told.after, blanks, strict=False))
        wrong_before = not any(is_right(said, blank) for said, blank in zip(told.before, blanks, strict=False))
        return right_after and wrong_before and told.held_out[-1].loss <= told.held_out[0].loss / 2

    told = [progress(events) for _, _, events in runs]
    ratio = max(each.held_out[-1].loss / each.held_out[0].loss for each in told)
    yield Line(f"default run, {model}, worst of 10 seeds", max(s for _, s, _ in runs), "s", LONGEST_S[model])
    yield Line("  seeds with all blanks right, loss at least halved", sum(map(learnt, told)), "of 10", 10, ">=")
    yield Line("  held-out loss after / before, worst seed", ratio, "", 0.5)


def _to_the_first_loss() -> Iterator[Line]:
    """Seconds from submit to the first loss; cold is a worker that has not imported torch yet."""
    engine = Engine.start()
    cold_s, _, _ = _run(engine, default_run(BUNDLED))
    warm_s = statistics.median(_run(engine, default_run(BUNDLED))[0] for _ in range(5))
    engine.close()
    yield Line("submit to first loss point, cold worker", cold_s, "s", 5)
    yield Line("submit to first loss point, warm worker", warm_s, "s", 1)


def _over_a_bare_loop(engine: Engine, model: str) -> Iterator[Line]:
    """Steps/s with the engine over those without; rounds take turns, so that drift cancels."""
    ratios = [
        steps_per_s(_run(engine, default_run(model))[2]) / _bare_steps_per_s(model)
        for _ in range(5 if model == BUNDLED else 3)
    ]
    yield Line("  LoRA steps/s through the app over a bare loop", statistics.median(ratios), "", 0.97, ">=")


def _beside_another(engine: Engine) -> Line:
    """How much the losses of a run differ when another goes on beside it: same seed, same losses, also in a class."""
    _, _, alone = _run(engine, default_run(BUNDLED))
    run = replace(default_run(BUNDLED, seed=1), steps=300)
    how = {"expected_s": run_expected_s(run), "time_limit_s": run_time_limit_s(run)}
    other = engine.submit("lib.training.finetune:finetune", run, owner="neighbour", kind="lora", **how)
    _, _, beside = _run(engine, default_run(BUNDLED))
    engine.stop(other, owner="neighbour")
    pairs = zip(losses(alone), losses(beside), strict=True)
    return Line(
        "  losses alone and beside another run, largest difference", max(abs(a - b) for a, b in pairs), "nats", 0
    )


def losses(events: Sequence[Any]) -> list[float]:
    return [event.loss for event in events if isinstance(event, Step)]


def _bare_steps_per_s(model: str) -> float:
    """Steps/s of the default run in a plain process."""
    threads = this_machine().cores if catalogue()[model].wide else 1
    script = (
        "import torch\n"
        "from bench.training import default_run, steps_per_s\n"
        "from lib.training.finetune import finetune\n"
        f"torch.set_num_threads({threads})\n"
        f"print(steps_per_s(list(finetune(default_run({model!r})))))"
    )
    environment = {**os.environ, **WORKER_ENVIRONMENT}
    done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, check=True, capture_output=True)
    return float(done.stdout.split()[-1])


def _run(engine: Engine, run: FineTuningRun) -> tuple[float, float, tuple[Any, ...]]:
    """(seconds to the first loss, seconds to the end, events) of a run through the engine."""
    started = time.perf_counter()
    how = {
        "expected_s": run_expected_s(run),
        "time_limit_s": run_time_limit_s(run),
        "wide": catalogue()[run.model].wide,
    }
    first_s = None
    for view in followed(engine, "lib.training.finetune:finetune", run, **how):
        if first_s is None and any(isinstance(event, HeldOut) for event in view.events):
            first_s = time.perf_counter() - started
    return first_s, view.elapsed_s, view.events


def steps_per_s(events: Sequence[Any]) -> float:
    """From the steps' own clocks, so that evaluations between them do not count."""
    steps = [event for event in events if isinstance(event, Step)]
    return len(steps) / sum(event.seconds for event in steps)


def _held_out_perplexity() -> Line:
    """Of the bundled model as shipped, over all held-out books, as its card has it."""
    facts = json.loads((bundled_folder() / "pretraining.json").read_text())
    value = facts["held_out"]["all"]["perplexity"]
    assert math.isfinite(value)
    return Line("held-out perplexity of the bundled model (its card)", value, "", 45)
