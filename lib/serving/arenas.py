"""How much of what is freed the C library keeps from the system."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

M_ARENA_MAX = -8
"""Its number in glibc's malloc.h."""
ARENAS = 2


def few_arenas() -> None:
    """Let all threads share two of glibc's heaps, from now on; elsewhere than on Linux with glibc nothing changes.

    By itself it gives each thread a heap of its own, up to eight a core, and each keeps what its thread has freed. A
    page is computed in a thread of its own, one at a time under Python's lock, so that more heaps make nothing quicker.
    """
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another C library has no mallopt
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
