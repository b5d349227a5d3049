"""Waiting in tests: until something is so, never until a time has passed."""

from __future__ import annotations

import time
from collections.abc import Callable

LIMIT_S = 240
"""Only what hangs takes longer; a machine that others keep busy does not."""


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Ask again and again; after LIMIT_S fail, naming what did not come."""
    give_up = time.monotonic() + LIMIT_S
    while not is_so():
        assert time.monotonic() < give_up, f"not within {LIMIT_S} s: {what}"
        time.sleep(0.05)
