"""What a hall's scheduler and workers do first: Dask's own command starts them, with `--preload lib.engine.hall`."""

from __future__ import annotations

from distributed import Scheduler, Worker

from lib.logs import log_to_standard_error


def dask_setup(_: Scheduler | Worker) -> None:
    """Called by Dask, by this name, before there is any job: both unpickle what a job was given."""
    log_to_standard_error()
