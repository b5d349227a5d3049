"""What runs that are over have told, in files instead of in memory.

A run of Live LoRA tells 1.3 MB, its adapter above all, and stays for an hour so that its student finds it after a
reload: forty of them were a fifth of the web process's memory, and most are hardly looked at again.
"""

from __future__ import annotations

import pickle
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

LEAST_BYTES = 100_000
"""What is smaller stays in memory."""
AT_HAND = 4
"""The jobs that were looked at last stay in memory too: a page looks at its own several times in each run."""

Events = tuple[Any, ...]


class Aside:
    """A folder of this process, which goes with it."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory | None = None
        self._at_hand: OrderedDict[str, Events] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, job_id: str, events: Events) -> bool:
        """Whether they are kept here now; no where they are few, or the disk has no room."""
        packed = pickle.dumps(events, protocol=pickle.HIGHEST_PROTOCOL)
        if len(packed) < LEAST_BYTES:
            return False
        try:
            self._file(job_id).write_bytes(packed)
        except OSError:
            self.drop(job_id)
            return False
        return True

    def get(self, job_id: str) -> Events | None:
        """What was put; None where it was dropped."""
        with self._lock:
            if job_id in self._at_hand:
                self._at_hand.move_to_end(job_id)
                return self._at_hand[job_id]
        try:
            events = pickle.loads(self._file(job_id).read_bytes())
        except OSError:
            return None
        with self._lock:
            self._at_hand[job_id] = events
            while len(self._at_hand) > AT_HAND:
                self._at_hand.popitem(last=False)
        return events

    def drop(self, job_id: str) -> None:
        with self._lock:
            self._at_hand.pop(job_id, None)
        if self._folder is not None:
            self._file(job_id).unlink(missing_ok=True)

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def _file(self, job_id: str) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="finetuning-lab-runs-", ignore_cleanup_errors=True)
        return Path(self._folder.name) / job_id
