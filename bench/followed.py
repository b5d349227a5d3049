"""A job submitted to the engine and followed to its end, as a page does. Imports no Dask: the caller has the engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lib.engine import Engine, JobView

LOOK_S = 0.05


def followed(engine: Engine, function: str, argument: Any, **how: Any) -> Iterator[JobView]:
    """What the engine tells of the job every LOOK_S; the last view is of its end. `how` goes to `Engine.submit`."""
    job = engine.submit(function, argument, owner="bench", kind=function, **how)
    while (view := engine.view(job, owner="bench")).state.active:
        yield view
        time.sleep(LOOK_S)
    yield view
