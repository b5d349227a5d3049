"""A scheduler and two workers as a hall has them: started by Dask's own command, as deploy/docker composes it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import psutil
import pytest
import yaml

from bench.lesson.playing import events_of
from lib.engine import Engine, JobState
from lib.logs import NOT_SAID
from lib.places import ROOT
from tests.browser.server import free_port
from tests.unit.engine.sample_jobs import Unreadable
from tests.unit.engine.test_engine import MANY, over, submit, wait
from tests.waiting import LIMIT_S, wait_until

pytestmark = pytest.mark.torch
SECRET = "my secret diary"


@contextmanager
def started(service: dict, at: str, log: IO, *more: str) -> Iterator[None]:
    """With what is composed alone: its command finds our code by its own environment, not by where it is started."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    variables |= {name: value.replace("/app", str(ROOT)) for name, value in service["environment"].items()}
    dask, *words = service["command"]
    command = [str(Path(sys.executable).parent / dask), *(word.replace("scheduler:8786", at) for word in words), *more]
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(LIMIT_S)


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Engine, Path]]:
    """An engine whose two workers were started by the hall's command, and the file that has all that hall writes."""
    services = yaml.safe_load((ROOT / "deploy" / "docker" / "compose.hall.yaml").read_text(encoding="utf-8"))[
        "services"
    ]
    at, log = f"127.0.0.1:{free_port()}", tmp_path / "log"
    with log.open("w") as writing, ExitStack() as stack:
        stack.enter_context(started(services["scheduler"], at, writing, "--host", f"tcp://{at}"))
        wait_until(lambda: "Scheduler at" in log.read_text(), "the scheduler")
        for _ in range(2):
            scratch = ("--local-directory", str(tmp_path / "scratch"))
            stack.enter_context(started(services["worker"], at, writing, *scratch))
        monkeypatch.setenv("SCHEDULER_ADDRESS", f"tcp://{at}")
        engine = Engine.start()
        stack.callback(engine.close)
        wait_until(lambda: engine.overview().slots == 2, "both workers")
        yield engine, log


def test_one_machine_s_workers_have_no_two_large_models_that_its_memory_does_not_hold(hall):
    """The workers of a hall that run on one machine are in containers: each has a name and an address of its own."""
    engine, _ = hall
    most = psutil.virtual_memory().total * 2 // 3
    first = submit(engine, "count", MANY, owner="mei", expected_s=10_000, memory_bytes=most)
    second = submit(engine, "count", 3, owner="raj", memory_bytes=most)
    wait(engine, first, lambda view: len(view.events) >= 2, "mei")
    small = submit(engine, "count", 3, owner="siti")
    assert wait(engine, small, over, "siti").state is JobState.DONE, "a worker is free, and it fits"
    waiting = engine.view(second, owner="raj")
    assert (waiting.state, waiting.ahead) == (JobState.WAITING, 0)
    assert waiting.waiting_s > 100, "until the first should end"
    engine.stop(first, owner="mei")
    assert wait(engine, second, over, "raj").state is JobState.DONE


def test_a_large_model_of_another_web_process_takes_memory_too(hall):
    one, _ = hall
    other = Engine.start()
    most = psutil.virtual_memory().total * 2 // 3
    first = submit(one, "count", MANY, owner="mei", memory_bytes=most)
    wait(one, first, lambda view: len(view.events) >= 2, "mei")
    wait_until(lambda: other.elsewhere() == 1, "word of the other's run")
    second = submit(other, "count", 3, owner="raj", memory_bytes=most)
    assert wait(other, submit(other, "count", 3, owner="siti"), over, "siti").state is JobState.DONE
    assert other.view(second, owner="raj").state is JobState.WAITING
    one.stop(first, owner="mei")
    assert wait(other, second, over, "raj").state is JobState.DONE
    other.close()


def test_two_large_models_that_fit_run_side_by_side(hall):
    engine, _ = hall
    large = {
        owner: submit(engine, "count", MANY, owner=owner, memory_bytes=psutil.virtual_memory().total // 3)
        for owner in ("mei", "raj")
    }
    for owner, job in large.items():
        wait(engine, job, lambda view: len(view.events) >= 2, owner)
    assert engine.overview().running == 2
    for owner, job in large.items():
        engine.stop(job, owner=owner)
        wait(engine, job, over, owner)


def test_a_job_that_breaks_writes_no_word_of_a_student(hall):
    engine, log = hall
    failed = wait(engine, submit(engine, "fails_saying", SECRET), over)
    assert (failed.state, failed.failure, failed.events) == (JobState.FAILED, "ValueError", (1,))
    assert SECRET in failed.message, "its owner is told"
    assert {"event": "job error", "error": "ValueError"}.items() <= events_of(log)[-1].items()
    assert events_of(log)[-1]["where"].startswith("tests/unit/engine/sample_jobs.py:")

    never_begun = wait(engine, submit(engine, "fails_saying", Unreadable(SECRET)), over)
    assert never_begun.state is JobState.FAILED
    written = log.read_text(encoding="utf-8")
    assert NOT_SAID in written, "the line of Dask's scheduler, which unpickles what a job is given, too"
    assert SECRET not in written
