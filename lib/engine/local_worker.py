"""`python -m lib.engine.local_worker SCHEDULER SCRATCH`: one worker process of the local cluster.

It ends by itself when the scheduler (the web process) goes away. It runs a little below normal priority, so
that pages answer while it trains.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import suppress

import dask
from distributed import Worker

from lib.engine.cluster import SETTINGS


async def serve(scheduler: str, scratch: str) -> None:
    async with Worker(
        scheduler,
        nthreads=1,
        memory_limit=0,
        local_directory=scratch,
        dashboard=False,
        death_timeout=30,
        silence_logs=50,
    ) as worker:
        await worker.finished()


def main() -> None:
    with suppress(AttributeError, OSError):
        os.nice(5)
    dask.config.set(SETTINGS)
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it warns about an optional package at import
    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(serve(sys.argv[1], sys.argv[2]))
    os._exit(0)  # a thread that still computes for a closed app must not keep the process


if __name__ == "__main__":
    main()
