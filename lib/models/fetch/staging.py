"""Where a model is put together before it can be found: a folder beside its place, gone again whatever happens."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lib.models.errors import NoRoom
from lib.units import format_gb


@contextmanager
def staging(place: Path, name: str) -> Iterator[Path]:
    """An empty folder in `place`, on the same disk, so that a whole model is moved out of it in one step.

    What a killed process left of the same model is removed first; the caller holds this model's lock.
    """
    prefix = f".staging-{name}-"
    for left in place.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=place) as folder:
        yield Path(folder)


def check_room(place: Path, needed_bytes: int, what: str) -> None:
    """Raises NoRoom if `what` would not fit beside what is on the disk."""
    free = shutil.disk_usage(place).free
    if needed_bytes > free:
        raise NoRoom(f"{what} takes {format_gb(needed_bytes)} and {format_gb(free)} is free on the disk; free some.")
