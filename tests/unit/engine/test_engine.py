"""The engine with a real worker process."""

from __future__ import annotations

import inspect
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import distributed
import psutil
import pytest

from lib.engine import Engine, EngineError, JobState, JobView
from lib.engine.errors import TimeLimitReached
from lib.engine.worker import DISK_FULL, drive
from lib.models.device import this_machine
from tests.unit.engine.sample_jobs import count
from tests.waiting import LIMIT_S, wait_until

JOBS = "tests.unit.engine.sample_jobs"
MANY = 100_000  # events; at 20 ms each more than any test waits for


def started_with(workers: int) -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKERS", str(workers))
        started = Engine.start()
    yield started
    processes = [psutil.Process(pid) for pid in started.worker_process_ids]
    assert len(processes) == workers
    started.close()
    assert not psutil.wait_procs(processes, timeout=LIMIT_S)[1], "workers end with their engine"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    yield from started_with(workers=1)


@pytest.fixture
def two_workers() -> Iterator[Engine]:
    yield from started_with(workers=2)


def submit(
    engine: Engine,
    job: str,
    argument=None,
    owner: str = "mei",
    time_limit_s: float = LIMIT_S,
    expected_s: float = 1,
    memory_bytes: int = 0,
) -> str:
    times = {"expected_s": expected_s, "time_limit_s": time_limit_s}
    return engine.submit(f"{JOBS}:{job}", argument, owner=owner, kind=job, memory_bytes=memory_bytes, **times)


def wait(engine: Engine, job_id: str, until: Callable[[JobView], bool], owner: str = "mei") -> JobView:
    wait_until(lambda: until(engine.view(job_id, owner=owner)), "the job as the test wants it")
    return engine.view(job_id, owner=owner)


def over(view: JobView) -> bool:
    return not view.state.active


def test_events_arrive_in_order_and_complete(engine):
    view = wait(engine, submit(engine, "count", 30), over)
    assert view.state is JobState.DONE
    assert view.events == tuple(range(1, 31))


def test_jobs_run_in_another_process(engine):
    view = wait(engine, submit(engine, "own_process_id"), over)
    assert view.events == engine.worker_process_ids
    assert view.events != (os.getpid(),)


def test_a_stopped_job_says_what_it_has(engine):
    job = submit(engine, "count", MANY)
    wait(engine, job, lambda view: len(view.events) >= 3)
    engine.stop(job, owner="mei")
    view = wait(engine, job, over)
    assert view.state is JobState.STOPPED
    assert view.events == (*range(1, len(view.events)), "stopped")


def test_a_pause_is_a_stop_that_is_meant_for_a_while(engine):
    job = submit(engine, "count", MANY)
    wait(engine, job, lambda view: len(view.events) >= 3)
    engine.stop(job, owner="mei", pausing=True)
    view = wait(engine, job, over)
    assert view.state is JobState.STOPPED
    assert view.paused
    assert view.events[-1] == "stopped", "it has said what it has"
    engine.stop(job, owner="mei")
    assert not engine.view(job, owner="mei").paused, "stopped for good"


def test_a_stop_is_met_at_the_very_next_event():
    published = []
    state, _ = drive(count(MANY), published.append, lambda: len(published) >= 3, time_limit_s=LIMIT_S)
    assert state is JobState.STOPPED
    assert published == [1, 2, 3, "stopped"]


def test_a_waiting_job_is_stopped_at_once_and_the_line_moves(engine):
    first = submit(engine, "count", MANY, owner="mei")
    second = submit(engine, "count", 5, owner="raj")
    third = submit(engine, "count", 5, owner="siti")
    wait(engine, first, lambda view: view.state is JobState.RUNNING)
    assert engine.view(third, owner="siti").ahead == 1
    engine.stop(second, owner="raj")
    assert engine.view(second, owner="raj").state is JobState.STOPPED
    assert engine.view(third, owner="siti").ahead == 0
    engine.stop(first, owner="mei")
    assert wait(engine, third, over, owner="siti").state is JobState.DONE


def test_nobody_sees_or_stops_another_s_job(engine):
    job = submit(engine, "count", MANY)
    with pytest.raises(EngineError, match="not known here"):
        engine.view(job, owner="raj")
    with pytest.raises(EngineError, match="not known here"):
        engine.stop(job, owner="raj")
    assert engine.newest("raj", "count") != job
    assert engine.newest("mei", "count") == job
    engine.stop(job, owner="mei")
    wait(engine, job, over)


def test_a_student_s_mistake_becomes_its_message(engine):
    view = wait(engine, submit(engine, "fails_for_a_student"), over)
    assert view.state is JobState.FAILED
    assert view.message == "The rank is 0; it must be at least 1"
    assert view.failure == "StudentError"
    assert view.events == (1,)


def test_an_unexpected_error_is_named(engine):
    view = wait(engine, submit(engine, "fails"), over)
    assert view.state is JobState.FAILED
    assert "ZeroDivisionError" in view.message
    assert view.failure == "ZeroDivisionError"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
@pytest.mark.parametrize("job", ["fills_the_disk", "fills_the_disk_for_safetensors"])
def test_a_full_disk_is_one_sentence_and_what_was_told_stays(engine, job):
    view = wait(engine, submit(engine, job), over)
    assert view.state is JobState.FAILED
    assert view.message == DISK_FULL
    assert view.failure == {"fills_the_disk": "OSError"}.get(job, "SafetensorError")
    assert view.events == (1,)


def test_time_limit(engine):
    view = wait(engine, submit(engine, "count", MANY, time_limit_s=0.3), over)
    assert view.state is JobState.FAILED
    assert "time limit" in view.message
    assert view.failure == "TimeLimitReached"
    assert len(view.events) < MANY


def test_a_killed_worker_is_said_and_replaced(engine):
    job = submit(engine, "count", MANY)
    wait(engine, job, lambda view: len(view.events) >= 2)
    (killed,) = engine.worker_process_ids
    os.kill(killed, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    view = wait(engine, job, over)
    assert view.state is JobState.FAILED
    assert "worker process" in view.message
    assert view.failure == "KilledWorker"
    assert len(view.events) >= 2, "what it told before stays"
    again = wait(engine, submit(engine, "count", 3), over)
    assert again.state is JobState.DONE
    assert engine.worker_process_ids != (killed,)


@pytest.mark.parametrize("by_s", [86_400.0, -86_400.0])
def test_a_run_outlives_a_clock_that_is_set(engine, monkeypatch, by_s):
    """Dask's scheduler runs in this process, and looks at the system's clock to see who is still there."""
    job = submit(engine, "count", MANY)
    wait(engine, job, lambda view: len(view.events) >= 2)
    before, really = engine.worker_process_ids, distributed.metrics.time
    monkeypatch.setattr(distributed.scheduler, "time", lambda: really() + by_s)
    scheduler = engine._cluster._cluster.scheduler

    async def look_at_everything() -> None:
        for each in [*scheduler.periodic_callbacks.values()]:
            done = each.callback()
            if inspect.isawaitable(done):
                await done

    engine._cluster.client.sync(look_at_everything)
    told = len(engine.view(job, owner="mei").events)
    assert wait(engine, job, lambda view: len(view.events) > told + 5 or over(view)).state is JobState.RUNNING
    engine.stop(job, owner="mei")
    assert wait(engine, job, over).events[-1] == "stopped"
    assert engine.worker_process_ids == before


def test_two_workers_run_two_jobs_and_a_wide_one_has_both(two_workers):
    engine = two_workers
    jobs = [submit(engine, "count", MANY, owner=owner) for owner in ("mei", "raj")]
    for job, owner in zip(jobs, ("mei", "raj"), strict=True):
        wait(engine, job, lambda view: len(view.events) >= 2, owner)
    wide = engine.submit(
        f"{JOBS}:torch_threads", None, owner="tan", kind="wide", expected_s=1, time_limit_s=LIMIT_S, wide=True
    )
    assert engine.view(wide, owner="tan").state is JobState.WAITING
    engine.stop(jobs[0], owner="mei")
    wait(engine, jobs[0], over)
    assert engine.view(wide, owner="tan").state is JobState.WAITING, "one core is free, it wants both"
    engine.stop(jobs[1], owner="raj")
    assert wait(engine, wide, over, "tan").events == (2,)
    assert wait(engine, submit(engine, "torch_threads"), over).events == (1,)


def test_only_the_worker_that_hangs_is_ended(two_workers, monkeypatch):
    monkeypatch.setattr("lib.engine.engine.GRACE_S", 1.0)
    other = submit(two_workers, "count", MANY, owner="raj")
    wait(two_workers, other, lambda view: len(view.events) >= 2, "raj")
    before = set(two_workers.worker_process_ids)
    hung = wait(two_workers, submit(two_workers, "hangs", time_limit_s=1.0), over)
    assert "did not answer after its time limit" in hung.message
    assert hung.failure == "TimeLimitReached"
    wait_until(lambda: set(two_workers.worker_process_ids) != before, "another worker in place of the one that hung")
    assert len(before & set(two_workers.worker_process_ids)) == 1
    two_workers.stop(other, owner="raj")
    assert wait(two_workers, other, over, "raj").events[-1] == "stopped", "the neighbour's run went on"


@pytest.fixture
def two_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Three workers on two cards of 24 GiB, as far as nvidia-smi can tell."""
    command = tmp_path / "nvidia-smi"
    command.write_text("#!/bin/sh\necho 'Card, 24576, 24000'\necho 'Card, 24576, 24000'\n", encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    this_machine.cache_clear()
    yield from started_with(workers=3)
    this_machine.cache_clear()


def test_of_two_workers_on_a_card_one_has_a_large_model(two_cards):
    engine, needs = two_cards, {"memory_bytes": 20 * 2**30}
    large = {owner: submit(engine, "own_card", MANY, owner=owner, **needs) for owner in ("mei", "raj", "tan")}
    cards = {
        owner: wait(engine, large[owner], lambda view: bool(view.events), owner).events[0] for owner in ("mei", "raj")
    }
    assert set(cards.values()) == {"0", "1"}
    assert wait(engine, submit(engine, "own_card", 1, owner="siti"), over, "siti").events == ("0",), "a small one fits"
    assert engine.view(large["tan"], owner="tan").state is JobState.WAITING
    engine.stop(large["raj"], owner="raj")
    (card,) = set(wait(engine, large["tan"], lambda view: bool(view.events), "tan").events)
    assert card == cards["raj"], "where there is memory now"
    for owner in ("mei", "tan"):
        engine.stop(large[owner], owner=owner)
        wait(engine, large[owner], over, owner)


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "9999"])
def test_a_strange_number_of_workers_is_refused(monkeypatch, value):
    monkeypatch.setenv("WORKERS", value)
    with pytest.raises(EngineError, match="WORKERS"):
        Engine.start()


def test_an_unreachable_cluster_is_one_sentence(monkeypatch):
    monkeypatch.setenv("SCHEDULER_ADDRESS", "tcp://127.0.0.1:9")
    monkeypatch.setattr("lib.engine.cluster.CONNECT_TIMEOUT", "1s")
    with pytest.raises(EngineError, match="SCHEDULER_ADDRESS"):
        Engine.start()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Dask cluster with one worker that somebody else runs."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address="127.0.0.1:0"
    ) as cluster:
        monkeypatch.setenv("SCHEDULER_ADDRESS", cluster.scheduler_address)
        yield


@pytest.mark.usefixtures("elsewhere")
def test_another_dask_cluster_runs_the_same_jobs():
    engine = Engine.start()
    view = wait(engine, submit(engine, "count", 5), over)
    assert view.events == (1, 2, 3, 4, 5)
    engine.close()


@pytest.mark.usefixtures("elsewhere")
def test_two_web_processes_on_one_cluster_have_one_line():
    one, other = Engine.start(), Engine.start()
    first = submit(one, "count", MANY, owner="mei")
    wait(one, first, lambda view: view.state is JobState.RUNNING)
    wait_until(lambda: other.elsewhere() == 1, "word of the other's run")
    second = submit(other, "count", 5, owner="raj")
    third = submit(one, "count", 5, owner="siti")
    wait(one, third, lambda view: view.ahead == 1, owner="siti")
    assert other.view(second, owner="raj").state is JobState.WAITING, "the one worker is taken, by the other's run"
    one.stop(first, owner="mei")
    assert wait(other, second, over, owner="raj").state is JobState.DONE
    assert wait(one, third, over, owner="siti").state is JobState.DONE
    for each in (one, other):
        each.close()


def test_drive_closes_a_job_that_is_out_of_time():
    with pytest.raises(TimeLimitReached, match="0 s"):
        drive(count(MANY), lambda _: None, lambda: False, time_limit_s=0.05)


def test_a_stop_reaches_a_job_whose_worker_is_only_just_starting(engine):
    (killed,) = engine.worker_process_ids
    os.kill(killed, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    job = submit(engine, "count", MANY)
    wait(engine, job, lambda view: view.state is JobState.RUNNING)
    engine.stop(job, owner="mei")
    assert wait(engine, job, over).state is JobState.STOPPED


def test_the_operator_sees_how_much_and_never_whose(two_workers):
    done = submit(two_workers, "count", 3, owner="mei")
    wait(two_workers, done, over)
    running = submit(two_workers, "count", MANY, owner="mei", expected_s=10_000)
    wait(two_workers, running, lambda view: bool(view.events))
    submit(two_workers, "count", MANY, owner="mei")
    seen = two_workers.overview()
    assert two_workers.responds()
    assert (seen.slots, seen.running, seen.waiting) == (2, 1, 1)
    (count,) = seen.kinds
    assert (count.kind, count.running, count.waiting, count.done, count.stopped, count.failed) == (
        "count",
        1,
        1,
        1,
        0,
        0,
    )
    assert count.median_run_s > 0
    assert seen.longest_wait_s > 0
    assert "mei" not in repr(seen)
