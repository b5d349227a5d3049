"""Same seed, same losses: alone, and while a class's runs keep every worker busy and wait in line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.engine import Engine, JobState
from lib.training.events import Step
from lib.training.run import MAX_STEPS, FineTuningRun
from tests.unit.engine.test_engine import over, started_with, wait
from tests.waiting import LIMIT_S

pytestmark = [pytest.mark.torch, pytest.mark.thorough]
STEPS = 6


@pytest.fixture
def two_workers(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("BASE_MODEL", str(tiny_model))
    yield from started_with(workers=2)


def submit(engine: Engine, seed: int, steps: int = STEPS) -> str:
    """By a student of its own; the job's id."""
    run = FineTuningRun(seed=seed, steps=steps, batch_size=4, rank=4, learning_rate=2e-3)
    times = {"expected_s": 1, "time_limit_s": LIMIT_S}
    return engine.submit("lib.training.finetune:finetune", run, owner=f"student {seed}", kind="lora", **times)


def losses(engine: Engine, job: str, seed: int) -> list[float]:
    """Of a run, once it is over."""
    view = wait(engine, job, over, f"student {seed}")
    assert view.state is JobState.DONE, view.message
    return [event.loss for event in view.events if isinstance(event, Step)]


def test_a_run_has_the_same_losses_alone_and_in_a_crowd(two_workers):
    both = [(submit(two_workers, seed), seed) for seed in (1, 2)]  # after which both workers have imported torch
    others = [losses(two_workers, job, seed) for job, seed in both]
    alone = losses(two_workers, submit(two_workers, 0), 0)
    assert len(alone) == STEPS

    neighbour = submit(two_workers, 3, MAX_STEPS)
    wait(two_workers, neighbour, lambda view: any(isinstance(event, Step) for event in view.events), "student 3")
    crowd = {seed: submit(two_workers, seed) for seed in (1, 0, 2)}
    found = {seed: losses(two_workers, job, seed) for seed, job in crowd.items()}
    assert two_workers.view(neighbour, owner="student 3").state is JobState.RUNNING, "none of them was alone"
    two_workers.stop(neighbour, owner="student 3")
    assert found == {0: alone, 1: others[0], 2: others[1]}
    assert len({*map(tuple, found.values())}) == len(found), "each seed has its own"
