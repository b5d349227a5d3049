"""What the room's runs tell goes into the database as it comes, also while the phone that started one sleeps.

One thread of the web process follows every run of a sweep that was started through it; it ends when none is left.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from lib.classroom.errors import RoomError, RoomsUnreachable
from lib.engine.errors import EngineError
from lib.logs import record_error
from lib.training.comparing.grid import CellDone
from lib.ui.classroom.doing import db
from lib.ui.kit import jobs

LOOK_S = 0.5


@dataclass
class Followed:
    """A run that goes, and which of its cells are kept already."""

    job_id: str
    owner: str
    code: str
    question: int
    kept: set[int] = field(default_factory=set)


_lock = threading.Lock()
_followed: list[Followed] = []
_collector: threading.Thread | None = None


def follow(kind: str, owner: str, code: str, question: int) -> None:
    """Keep what the newest run of this kind and owner tells of its cells."""
    global _collector
    job_id = jobs.engine().newest(owner, kind)
    if job_id is None:
        return
    with _lock:
        _followed.append(Followed(job_id, owner, code, question))
        if _collector is None or not _collector.is_alive():
            _collector = threading.Thread(target=_collect, name="sweep-collector", daemon=True)
            _collector.start()


def _collect() -> None:
    while True:
        with _lock:
            now = list(_followed)
            if not now:
                return
        for each in now:
            if _is_over(each):
                with _lock:
                    _followed.remove(each)
        time.sleep(LOOK_S)


def _is_over(followed: Followed) -> bool:
    """Keep what is new; whether nothing more will come."""
    try:
        view = jobs.engine().view(followed.job_id, owner=followed.owner)
        from lib.classroom.experiments.sweep import keep_result

        for event in view.events:
            if isinstance(event, CellDone) and event.number not in followed.kept:
                keep_result(db(), followed.code, followed.question, event)
                followed.kept.add(event.number)
    except EngineError:  # forgotten, or the engine is closed
        return True
    except RoomError as error:
        return not isinstance(error, RoomsUnreachable)  # that comes back, and the events stay; a room that is over not
    except Exception as error:  # nobody waits for this thread: it must not end with runs left
        record_error(error)
        return True
    return not view.state.active
