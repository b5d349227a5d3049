"""What the server tells its operator: one line of JSON an event, on standard error.

    {"at": "2026-11-26T10:15:02+00:00", "event": "job ended", "kind": "lora", "state": "done", "ran_s": 4.1}

An event carries kinds, counts and seconds, never what a student has typed, been called or been told, and no token:
`record` keeps numbers and short names only, so that a text cannot slip in. What libraries log beside it, in words of
their own, is held to the same: Streamlit would write the whole of an exception that a page did not catch, Dask that of
a job with what it was given.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from numbers import Number
from pathlib import Path
from typing import Any

from lib.places import ROOT

LONGEST_NAME = 80
LEFT_OUT = "(text)"
NOT_SAID = "what it says is left out"
"""Of an exception that a library has logged."""
_NAME = re.compile(rf"[\w.:/-]{{1,{LONGEST_NAME}}}", re.ASCII)
_log = logging.getLogger("finetuning-lab")


def record(event: str, **facts: int | float | str | bool | None) -> None:
    """Log one event; its facts are numbers and names (letters, digits and `. : / - _`).

    Any other text may be somebody's sentence: "(text)" stands in its place.
    """
    _log.info(event, extra={"facts": {name: _name_or_number(fact) for name, fact in facts.items()}})


def record_error(error: Exception, event: str = "script error") -> None:
    """Log an exception that met a student: which it is and where in our code; its message may hold what was typed."""
    record(event, error=type(error).__name__, where=_where_in_our_code(error))


def log_to_standard_error() -> None:
    """From now on events are written, and what libraries log is without texts; a second call changes nothing."""
    if not _log.handlers:
        logging.setLogRecordFactory(without_texts(logging.getLogRecordFactory()))
        threading.excepthook = _record_what_ended_a_thread
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLine())
        _log.addHandler(handler)
        _log.setLevel(logging.INFO)
        _log.propagate = False


def _record_what_ended_a_thread(ended: threading.ExceptHookArgs) -> None:
    """In place of Python's own stack trace, which goes to standard error by no logger."""
    if isinstance(ended.exc_value, Exception):
        record_error(ended.exc_value, "thread error")


def without_texts(make: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    """Records as `make` makes them. In a library's, of an exception only its class and where it was in our code are
    left, and of what is put into a message only numbers and names."""

    def record_without_texts(*args: Any, **more: Any) -> logging.LogRecord:
        made = make(*args, **more)
        if made.name == _log.name:
            return made
        put_in = made.args.values() if isinstance(made.args, Mapping) else made.args or ()
        told = (made.exc_info[1] if made.exc_info else None, made.msg, *put_in)
        error = next((each for each in told if isinstance(each, BaseException)), None)
        if error is not None:
            made.msg = f"{type(error).__name__} in {_where_in_our_code(error)}; {NOT_SAID}"
            made.args, made.exc_info, made.exc_text, made.stack_info = None, None, None, None
        elif isinstance(made.args, Mapping):
            made.args = {name: _name_or_number(each) for name, each in made.args.items()}
        else:
            made.args = tuple(map(_name_or_number, put_in))
        return made

    return record_without_texts


def _name_or_number(fact: Any) -> Any:
    return fact if fact is None or isinstance(fact, Number) or _NAME.fullmatch(str(fact)) else LEFT_OUT


def _where_in_our_code(error: BaseException) -> str:
    files = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    # The packages may be installed in a folder of the repository.
    ours = [(file, line) for file, line in files if file.is_relative_to(ROOT) and "site-packages" not in file.parts]
    return f"{ours[-1][0].relative_to(ROOT).as_posix()}:{ours[-1][1]}" if ours else "elsewhere"


def quiet_bitsandbytes() -> None:
    """Only its errors: it warns of an optional package at import and of a cast at every int8 product of every layer,
    which would also slow down what is being timed."""
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)


class JsonLine(logging.Formatter):
    """A log record as one line of JSON: when (UTC), which event, its facts."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"at": at, "event": record.getMessage(), **getattr(record, "facts", {})})
