"""What a student made by hand, kept in the web process so that a reload does not lose it; nobody else can see it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from lib.ui.kit.session import owner

MOST_BROWSERS = 1000
"""Whoever has not been here for longest is forgotten first."""

_lock = threading.Lock()
_kept: OrderedDict[str, dict[str, Any]] = OrderedDict()


def keep(what: str, value: Any, *, most: int = MOST_BROWSERS) -> None:
    """Keep `value` for this browser under the name `what`, which at most `most` browsers keep at once: fewer where it
    is large."""
    with _lock:
        _kept.setdefault(owner(), {})[what] = value
        _kept.move_to_end(owner())
        for mine in [mine for mine in _kept.values() if what in mine][:-most]:
            del mine[what]
        while len(_kept) > MOST_BROWSERS:
            _kept.popitem(last=False)


def kept(what: str, default: Any = None) -> Any:
    """What this browser keeps under that name."""
    with _lock:
        return _kept.get(owner(), {}).get(what, default)


def forget_all() -> None:
    """Everything that this browser keeps."""
    with _lock:
        _kept.pop(owner(), None)
