"""What is freed, given back to the system at once: a worker's C library keeps up to 64 MB of each kind for itself."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def give_back() -> None:
    """Let the C library return all memory that is free in its heap (glibc's malloc_trim(3)); nothing elsewhere.

    A step takes what the one before freed, and is slowed down by this: it is for the end of a load or of a run.
    """
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # another C library has no malloc_trim
            ctypes.CDLL(None).malloc_trim(0)
