"""What runs in a worker around a job's generator. No torch here: the job's own module imports it.

A Dask task cannot be interrupted, so stopping is asked for: `request_stop` runs on the worker's event loop
while the job computes in the worker's thread, and the job meets it at its next event. Checking costs one
set lookup a step, no message.

What goes wrong in a job is told as its result. An exception that met Dask would be logged there with all that the job
was given, a student's texts among it.
"""

from __future__ import annotations

import importlib
import pickle
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from distributed import get_worker

from lib.engine.errors import TimeLimitReached
from lib.engine.job import JobState
from lib.errors import StopRequested, StudentError, is_disk_full, is_out_of_memory
from lib.logs import record_error

TOPIC = "finetuning-lab"
WIND_UP_S = 15.0
"""A stopped job may spend this long on saying what it has so far."""

DISK_FULL = (
    "The disk of the computer that ran this is full, so its files could not be written; once its operator has freed "
    "some space, start again or go on from the last checkpoint"
)

_stops: set[str] = set()
_importing = threading.Lock()
"""Two threads that import transformers at once can meet its lazy modules half made (ImportError)."""


def import_module(name: str) -> ModuleType:
    """Import, one thread at a time: a job may come while the worker still warms up."""
    with _importing:
        return importlib.import_module(name)


def request_stop(job_id: str) -> None:
    """Ask a job on this worker to stop; harmless if it is elsewhere or over."""
    _stops.add(job_id)
    if len(_stops) > 1000:
        _stops.pop()


def run_job(
    topic: str, job_id: str, function: str, argument: Any, time_limit_s: float, cores: int | None
) -> tuple[JobState, str | None, str | None]:
    """Run the generator function named "module:function" to its end, publishing each event.

    topic  under which the engine that submitted it listens
    cores  how many torch may use; None leaves it as it is

    Returns (state, message for the owner, class of the error that it failed with).
    """
    worker = get_worker()
    module, name = function.split(":")
    generator_function = getattr(import_module(module), name)
    if cores and "torch" in sys.modules:  # imported by the job's module, if the job computes with it
        sys.modules["torch"].set_num_threads(cores)

    def publish(event: Any) -> None:
        worker.log_event(topic, {"job": job_id, "event": pickle.dumps(event)})

    try:
        state, message = drive(generator_function(argument), publish, lambda: job_id in _stops, time_limit_s)
        return state, message, None
    except StudentError as error:
        return JobState.FAILED, str(error), type(error).__name__
    except Exception as error:
        failure = type(error).__name__
        if is_out_of_memory(error):
            return JobState.FAILED, "The device ran out of memory; choose a smaller model, batch or context", failure
        if is_disk_full(error):
            return JobState.FAILED, DISK_FULL, failure
        record_error(error, "job error")
        return JobState.FAILED, unexpected(error), failure
    finally:
        _stops.discard(job_id)


def unexpected(error: BaseException) -> str:
    """What its owner hears of an error that nobody foresaw."""
    what = f"{type(error).__name__}: {error}"
    return f"The run ended with an unexpected error ({what}); start it again or change its settings"


def drive(
    events: Iterator[Any], publish: Callable[[Any], None], stop_requested: Callable[[], bool], time_limit_s: float
) -> tuple[JobState, None]:
    """Carry events from a generator to `publish` until it ends, is stopped or out of time.

    A stop is thrown into the generator once; what it then yields is still carried, for at most WIND_UP_S.
    """
    deadline = time.monotonic() + time_limit_s
    stopped = False
    event = next(events, None)
    while event is not None:
        publish(event)
        now = time.monotonic()
        if stopped and now > deadline:
            events.close()
            break
        if not stopped and now > deadline:
            events.close()
            raise TimeLimitReached(
                f"The run was ended at its time limit of {time_limit_s:.0f} s; use fewer steps or a smaller model"
            )
        if not stopped and stop_requested():
            stopped, deadline = True, now + WIND_UP_S
            try:
                event = events.throw(StopRequested())
            except (StopRequested, StopIteration):
                break
        else:
            event = next(events, None)
    return (JobState.STOPPED if stopped else JobState.DONE), None
