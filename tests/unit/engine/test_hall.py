"""A scheduler and a worker as a hall has them: started by Dask's own command, as deploy/docker composes it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import pytest
import yaml

from bench.lesson.playing import events_of
from lib.engine import Engine, JobState
from lib.logs import NOT_SAID
from lib.places import ROOT
from tests.browser.server import free_port
from tests.unit.engine.sample_jobs import Unreadable
from tests.unit.engine.test_engine import over, submit, wait
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
    """An engine whose one worker was started by the hall's command, and the file that has all that hall writes."""
    services = yaml.safe_load((ROOT / "deploy" / "docker" / "compose.hall.yaml").read_text(encoding="utf-8"))[
        "services"
    ]
    at, log = f"127.0.0.1:{free_port()}", tmp_path / "log"
    with log.open("w") as writing, ExitStack() as stack:
        stack.enter_context(started(services["scheduler"], at, writing, "--host", f"tcp://{at}"))
        wait_until(lambda: "Scheduler at" in log.read_text(), "the scheduler")
        stack.enter_context(started(services["worker"], at, writing, "--local-directory", str(tmp_path / "scratch")))
        monkeypatch.setenv("SCHEDULER_ADDRESS", f"tcp://{at}")
        engine = Engine.start()
        stack.callback(engine.close)
        wait_until(engine.responds, "the worker")
        yield engine, log


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
