"""Where a model is put together before it can be found: a folder beside its place, gone again whatever happens."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock

from lib.models.errors import NoRoom
from lib.units import format_gb

PREFIX = ".staging-"
IN_USE = ".lock"
"""In a staging folder: locked by whoever uses it, and free again when that process ends, however it does."""
DOOR = ".staging.lock"
"""Locked while a folder comes or goes, so that none is seen before it is in use."""
DOOR_S = 1.0
"""Whoever only tidies up waits no longer for it."""


@contextmanager
def staging(place: Path, name: str) -> Iterator[Path]:
    """An empty folder in `place`, on the same disk, so that a whole model is moved out of it in one step."""
    remove_left(place)
    with ExitStack() as stack:
        with FileLock(place / DOOR):
            # What cannot be removed at once, since a thread that hangs still writes there, is removed as left.
            made = tempfile.TemporaryDirectory(prefix=f"{PREFIX}{name}-", dir=place, ignore_cleanup_errors=True)
            folder = Path(stack.enter_context(made))
            stack.enter_context(FileLock(folder / IN_USE, thread_local=False).acquire(blocking=False))
        yield folder


def remove_left(place: Path) -> None:
    """Remove the staging folders of processes that were killed; of whichever model, since nobody uses them."""
    if not any(place.glob(f"{PREFIX}*")):
        return
    with suppress(OSError), FileLock(place / DOOR, timeout=DOOR_S):
        for folder in place.glob(f"{PREFIX}*"):
            if not _is_in_use(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_in_use(folder: Path) -> bool:
    lock = FileLock(folder / IN_USE)
    try:
        lock.acquire(blocking=False)
    except OSError:  # somebody has the lock, or has just removed the folder
        return True
    lock.release()
    return False


def check_room(place: Path, needed_bytes: int, what: str) -> None:
    """Raises NoRoom if `what` would not fit beside what is on the disk."""
    free = shutil.disk_usage(place).free
    if needed_bytes > free:
        raise NoRoom(f"{what} takes {format_gb(needed_bytes)} and {format_gb(free)} is free on the disk; free some.")
