"""What the server tells its operator: one line of JSON an event, on standard error.

    {"at": "2026-11-26T10:15:02+00:00", "event": "job ended", "kind": "lora", "state": "done", "ran_s": 4.1}

An event carries kinds, counts and seconds, never what a student has typed, been called or been told, and no token:
`record` keeps numbers and short names only, so that a text cannot slip in.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from lib.places import ROOT

LONGEST_NAME = 80
_NAME = re.compile(rf"[\w.:/-]{{1,{LONGEST_NAME}}}", re.ASCII)
_log = logging.getLogger("finetuning-lab")


def record(event: str, **facts: int | float | str | bool | None) -> None:
    """Log one event; its facts are numbers and names (letters, digits and `. : / - _`).

    Any other text may be somebody's sentence: "(text)" stands in its place.
    """
    kept = {
        name: "(text)" if isinstance(fact, str) and not _NAME.fullmatch(fact) else fact for name, fact in facts.items()
    }
    _log.info(event, extra={"facts": kept})


def record_error(error: Exception) -> None:
    """Log an exception that met a student: which it is and where in our code; its message may hold what was typed."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(ROOT))]
    where = f"{Path(ours[-1].filename).relative_to(ROOT).as_posix()}:{ours[-1].lineno}" if ours else "elsewhere"
    record("script error", error=type(error).__name__, where=where)


def log_to_standard_error() -> None:
    """From now on events are written; a second call changes nothing."""
    if not _log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLine())
        _log.addHandler(handler)
        _log.setLevel(logging.INFO)
        _log.propagate = False


class JsonLine(logging.Formatter):
    """A log record as one line of JSON: when (UTC), which event, its facts."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"at": at, "event": record.getMessage(), **getattr(record, "facts", {})})
