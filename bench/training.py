"""The default fine-tuning run: how long, what it has learnt, over ten seeds, and what the app costs it.

Runs go through the engine, as a student's do. What they cost is told beside `bench.bare_loop`, a plain script of
transformers and peft in a process of its own with a worker's environment and cores.
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
from typing import Any

from bench.followed import LOOK_S, followed
from bench.line import Line
from lib.engine import Engine, JobState, JobView
from lib.engine.cluster import WORKER_ENVIRONMENT
from lib.models.catalogue import BUNDLED, REAL, bundled_folder, catalogue, find
from lib.models.errors import ModelUnavailable
from lib.places import ROOT
from lib.training.duration import run_expected_s, run_time_limit_s
from lib.training.events import HeldOut, Step
from lib.training.out.card import RunCard
from lib.training.progress import Progress, is_right, progress
from lib.training.run import FineTuningRun, usual_ask_every, usual_learning_rate, usual_steps
from lib.training.texts.datasets import load_dataset
from lib.ui.kit.jobs import WARM_MODULES

SEEDS = range(10)
LONGEST_S = {BUNDLED: 4, REAL: 45}
FINETUNE = "lib.training.finetune:finetune"


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
    yield _among_ten(engine)
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
    """Steps/s through the app over those of a plain script; a round is one of each, so that drift cancels. That both
    have the same losses shows that they do the same."""
    ratios, apart = [], 0.0
    for _ in range(5 if model == BUNDLED else 3):
        _, _, events = _run(engine, default_run(model))
        bare = _bare_loop(model, progress(events).finished.card)
        ratios.append(steps_per_s(events) / bare["steps_per_s"])
        apart = max(apart, largest_difference(losses(events), bare["losses"]))
    yield Line("  LoRA steps/s through the app over a bare peft loop", statistics.median(ratios), "", 0.97, ">=")
    yield Line("  losses of the two, largest difference", apart, "nats", 1e-4)


def _among_ten(engine: Engine) -> Line:
    """How much the losses of a run differ alone and as the sixth of ten: same seed, same losses, also in a class whose
    runs keep every worker busy and wait in line."""
    _, _, alone = _run(engine, default_run(BUNDLED))
    order = (1, 2, 3, 4, 5, 0, 6, 7, 8, 9)
    runs = {seed: default_run(BUNDLED, seed) for seed in order}
    job = {
        seed: engine.submit(FINETUNE, run, owner=f"student {seed}", kind="lora", **_how(run))
        for seed, run in runs.items()
    }

    def now() -> dict[int, JobView]:
        return {seed: engine.view(job[seed], owner=f"student {seed}") for seed in order}

    fewest = math.inf
    while (views := now())[0].state.active:
        if views[0].state is JobState.RUNNING:
            states = [view.state for view in views.values()]
            fewest = min(fewest, states.count(JobState.RUNNING) + states.count(JobState.WAITING))
        time.sleep(LOOK_S)
    for seed, view in views.items():
        if view.state.active:
            engine.stop(view.id, owner=f"student {seed}")
    workers = len(engine.worker_process_ids)
    assert fewest >= workers, f"only {fewest} of {workers} workers had something to do"
    return Line(
        f"  losses alone and among ten on {workers} workers, difference",
        largest_difference(losses(alone), losses(views[0].events)),
        "nats",
        0,
    )


def losses(events: Sequence[Any]) -> list[float]:
    return [event.loss for event in events if isinstance(event, Step)]


def largest_difference(some: Sequence[float], others: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(some, others, strict=True))


def _bare_loop(model: str, card: RunCard) -> dict[str, Any]:
    """What `bench.bare_loop` measures in a process like a worker's, with the weights and cores that the run of this
    `card` had."""
    command = [sys.executable, "-m", "bench.bare_loop", model, card.precision, str(card.threads)]
    environment = {**os.environ, **WORKER_ENVIRONMENT}
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout.splitlines()[-1])


def _run(engine: Engine, run: FineTuningRun) -> tuple[float, float, tuple[Any, ...]]:
    """(seconds to the first loss, seconds to the end, events) of a run through the engine."""
    started = time.perf_counter()
    first_s = None
    for view in followed(engine, FINETUNE, run, **_how(run)):
        if first_s is None and any(isinstance(event, HeldOut) for event in view.events):
            first_s = time.perf_counter() - started
    return first_s, view.elapsed_s, view.events


def _how(run: FineTuningRun) -> dict[str, Any]:
    """As its page submits it."""
    return {
        "expected_s": run_expected_s(run),
        "time_limit_s": run_time_limit_s(run),
        "wide": catalogue()[run.model].wide,
    }


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
