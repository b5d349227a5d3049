"""The last few adapters that this browser has trained, so that two of them can be mixed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from lib.training.inside.pair import PAIR
from lib.training.methods.catalogue import methods
from lib.ui.kit import jobs
from lib.ui.kit.presenting.recorded_run import is_recorded
from lib.ui.kit.session import owner
from lib.ui.training.newest import RUNS, newest_record

PAIR_KINDS = {dataset: f"lora-pair-{dataset}" for dataset in PAIR}
"""Kind of the job that trains one of the pair for mixing, by its texts."""
KEPT = 4
"""Of each browser."""
ALL_KEPT_BYTES = 64_000_000
"""Of all browsers together; who has trained longest ago loses theirs first."""

_lock = threading.Lock()
_kept: OrderedDict[str, OrderedDict[str, Kept]] = OrderedDict()


@dataclass(frozen=True)
class Kept:
    title: str
    data: str
    """Title of the texts it has learnt."""
    model: str
    adapter: bytes


def keep_newest() -> None:
    """Put the newest finished runs of this browser beside those before them."""
    for kind in (*RUNS, *PAIR_KINDS.values()):
        if not is_recorded(jobs.current(kind)):
            _keep(newest_adapter(kind))


def newest_adapter(kind: str) -> dict[str, Kept]:
    """The adapter that the newest run of this kind has left, by its name; empty where it can be mixed with none."""
    record = newest_record(kind)
    if record is None or not record.finished.adapter or not methods()[record.run.method].lora:
        return {}
    run = record.run
    title = f"{record.card.data}, rank {run.rank}, {len(record.steps)} steps, seed {run.seed}"
    return {f"{run.model}: {title}": Kept(title, record.card.data, run.model, record.finished.adapter)}


def _keep(adapter: dict[str, Kept]) -> None:
    if not adapter:
        return
    with _lock:
        mine = _kept.setdefault(owner(), OrderedDict())
        _kept.move_to_end(owner())
        mine.update(adapter)
        while len(mine) > KEPT:
            mine.popitem(last=False)
        while len(_kept) > 1 and _total_bytes() > ALL_KEPT_BYTES:
            _kept.popitem(last=False)


def kept() -> dict[str, Kept]:
    """The adapters of this browser by name, the oldest first."""
    with _lock:
        return dict(_kept.get(owner(), {}))


def _total_bytes() -> int:
    return sum(len(each.adapter) for mine in _kept.values() for each in mine.values())
