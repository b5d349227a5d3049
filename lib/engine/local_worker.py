"""`python -m lib.engine.local_worker SCHEDULER SCRATCH [MODULE …]`: one worker process of the local cluster.

It ends when the process that started it ends, however that came about. It runs a little below normal
priority, so that pages answer while it trains. MODULEs are what jobs will need, imported while it waits for the first.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from contextlib import suppress

import dask
import psutil
from distributed import Worker

from lib.engine.cluster import SETTINGS
from lib.engine.worker import import_module
from lib.logs import log_to_standard_error, quiet_bitsandbytes


async def serve(scheduler: str, scratch: str) -> None:
    async with Worker(
        scheduler,
        name=str(os.getpid()),
        nthreads=1,
        memory_limit=0,
        local_directory=scratch,
        dashboard=False,
        silence_logs=50,
    ) as worker:
        await worker.finished()


def end_with(parent: psutil.Process) -> None:
    """Leave at once when `parent` is gone, even while a job computes."""
    while parent.is_running():
        time.sleep(1)
    os._exit(0)


def main() -> None:
    threading.Thread(target=end_with, args=(psutil.Process(os.getppid()),), daemon=True).start()
    with suppress(AttributeError, OSError):
        # Pages go first. Measured on two cores, forty who follow their runs beside forty who move a slider: at a
        # niceness of 5 a slider's p95 is 2.5 s, at 19 it is 0.5 s, and the last run is over no later (119 s for 126 s).
        os.nice(19)
    dask.config.set(SETTINGS)
    log_to_standard_error()
    quiet_bitsandbytes()
    threading.Thread(target=lambda: [import_module(name) for name in sys.argv[3:]], daemon=True).start()
    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(serve(sys.argv[1], sys.argv[2]))


if __name__ == "__main__":
    main()
