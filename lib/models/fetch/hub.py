"""Fetch a model of the catalogue from the Hugging Face hub: a job that tells its progress and leaves nothing half done.

Files are downloaded into a staging folder beside the cache, checked, and only then moved into the cache, where
`lib.models.catalogue.find` sees them. Whatever goes wrong, or when the job is stopped, the staging folder is removed.
`HF_ENDPOINT`, `HF_TOKEN` and `HF_HUB_OFFLINE` mean what they mean to `huggingface_hub`, whose client does the work.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lib.errors import is_disk_full
from lib.models.catalogue import ModelCard, catalogue, checked, hub_cache
from lib.models.errors import ModelUnavailable, NoRoom
from lib.models.fetch.events import FetchProgress
from lib.models.fetch.staging import check_room, staging

POLL_S = 0.2
QUIET_S = 60.0
"""A hub that sends nothing for so long hangs; by itself its client would go on asking for many minutes."""
END_S = 5.0
"""In which a download that is stopped ends, unless its hub hangs: its thread is then left to its own end."""
STAGE = "From the hub"
WANTED = (
    "README.md",
    "LICENSE",
    "config.json",
    "generation_config.json",
    "model.safetensors.index.json",
    "vocab.json",
    "merges.txt",
)
WANTED_BEGINNINGS = ("tokenizer", "special_tokens", "added_tokens", "chat_template")


@dataclass(frozen=True)
class Listing:
    """What the hub has of a model, at one commit: the files worth fetching, with their sizes in bytes."""

    commit: str
    files: dict[str, int]
    sha256: dict[str, str]
    """Of the large files, for which the hub keeps it."""

    @property
    def total_bytes(self) -> int:
        return sum(self.files.values())


class _Stopped(Exception):
    """Raised inside the download so that it ends."""


def download(name: str) -> Iterator[FetchProgress]:
    """Fetch the model called `name`; yields how much is there; once it ends, the model can be found.

    Raises ModelUnavailable with what went wrong and what would help.
    """
    card = catalogue().get(name)
    if card is None or card.hub_id is None:
        raise ModelUnavailable(f"There is no model called {name} to download; choose one of {', '.join(catalogue())}.")
    with _said(card):
        listing = _list_files(card)
    cache = hub_cache()
    cache.mkdir(parents=True, exist_ok=True)
    check_room(cache, listing.total_bytes, "The download")
    with staging(cache, name) as folder:
        fetching = _Fetch(card, listing, folder)
        try:
            while fetching.running:
                if fetching.quiet_s > QUIET_S:
                    raise ModelUnavailable(
                        f"{_where()} has sent nothing of {name} for {QUIET_S:.0f} s; check the network and start again."
                    )
                yield FetchProgress(name, STAGE, fetching.done_bytes, listing.total_bytes)
                fetching.wait(POLL_S)
        finally:
            fetching.stop()
        with _said(card):
            fetching.raise_error()
        _check_whole(fetching.snapshot, listing)
        checked(fetching.snapshot)
        _move_into(cache / card.hub_folder, folder / card.hub_folder, listing.commit)
    yield FetchProgress(name, STAGE, listing.total_bytes, listing.total_bytes)


class _Fetch:
    """The download in a thread of its own, since the client blocks; it ends within one chunk of `stop`."""

    def __init__(self, card: ModelCard, listing: Listing, staging: Path) -> None:
        self.done_bytes = 0
        self._heard_at = time.monotonic()
        self.snapshot = staging / card.hub_folder / "snapshots" / listing.commit
        self._card, self._listing, self._staging = card, listing, staging
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="download", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    @property
    def quiet_s(self) -> float:
        """Since the hub has last sent something."""
        return time.monotonic() - self._heard_at

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(END_S)

    def raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        from huggingface_hub import hf_hub_download

        try:
            for file in self._listing.files:
                hf_hub_download(
                    self._card.hub_id,
                    file,
                    revision=self._listing.commit,
                    cache_dir=self._staging,
                    tqdm_class=_progress_class(self._on_bytes),
                )
        except BaseException as error:
            self._error = error

    def _on_bytes(self, count: float) -> None:
        if self._stop.is_set():
            raise _Stopped
        self.done_bytes += int(count)
        self._heard_at = time.monotonic()


def _progress_class(on_bytes: Callable[[float], None]) -> type:
    """A progress bar that draws nothing and reports every chunk."""
    from tqdm import tqdm

    class Report(tqdm):
        def __init__(self, *arguments, **options) -> None:
            options.pop("name", None)
            super().__init__(*arguments, **{**options, "disable": True})

        def update(self, n: float = 1) -> None:
            on_bytes(n)

    return Report


def _list_files(card: ModelCard) -> Listing:
    from huggingface_hub import HfApi

    info = HfApi().model_info(card.hub_id, revision=card.revision, files_metadata=True, timeout=15)
    sizes = {sibling.rfilename: sibling.size or 0 for sibling in info.siblings or ()}
    files = {name: size for name, size in sizes.items() if _is_wanted(name)}
    missing = [what for what, found in _needed(files).items() if not found]
    if missing:
        raise ModelUnavailable(f"{card.hub_id} has no {' and no '.join(missing)} at the hub; choose another model.")
    sha256 = {sibling.rfilename: sibling.lfs.sha256 for sibling in info.siblings or () if sibling.lfs}
    return Listing(info.sha, files, {name: value for name, value in sha256.items() if name in files})


def _is_wanted(file: str) -> bool:
    if "/" in file:  # other formats and original checkpoints
        return False
    return file in WANTED or file.startswith(WANTED_BEGINNINGS) or file.endswith(".safetensors")


def _needed(files: dict[str, int]) -> dict[str, bool]:
    return {
        "config.json": "config.json" in files,
        "tokenizer": any(name in files for name in ("tokenizer.json", "tokenizer.model", "vocab.json")),
        ".safetensors weights": any(name.endswith(".safetensors") for name in files),
    }


class _said:  # noqa: N801 (reads as a clause: `with _said(card): …`)
    """Turns what the client raises into one sentence."""

    def __init__(self, card: ModelCard) -> None:
        self._card = card

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, _trace: object) -> None:
        if error is not None and not isinstance(error, ModelUnavailable) and isinstance(error, Exception):
            if is_disk_full(error):
                raise NoRoom(f"The disk is full, so {self._card.name} could not be kept; free some.") from error
            raise ModelUnavailable(_why_it_failed(self._card, error)) from error


def _why_it_failed(card: ModelCard, error: Exception) -> str:
    from huggingface_hub import errors

    where = _where()
    if isinstance(error, errors.GatedRepoError):
        return f"{card.hub_id} is gated; accept its licence at {where}/{card.hub_id} and set HF_TOKEN."
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{card.hub_id} has no revision {card.revision} at {where}; the catalogue must name another."
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"There is no model {card.hub_id} at {where}, or it is private; check its name or set HF_TOKEN."
    if isinstance(error, errors.OfflineModeIsEnabled):
        return f"{card.name} cannot be downloaded while HF_HUB_OFFLINE is set; unset it and start again."
    if isinstance(error, errors.RemoteEntryNotFoundError):
        return f"A file of {card.hub_id} is listed at {where} but not there; try again later or choose another model."
    if isinstance(error, errors.HfHubHTTPError):
        return f"The hub at {where} answered with an error ({_status(error)}); try again later."
    return f"{card.name} did not arrive whole from {where} ({type(error).__name__}); check the network and start again."


def _where() -> str:
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co")


def _status(error: Exception) -> str:
    response = getattr(error, "response", None)
    return f"HTTP {response.status_code}" if response is not None else type(error).__name__


def _check_whole(snapshot: Path, listing: Listing) -> None:
    for name, size in listing.files.items():
        if size and (snapshot / name).stat().st_size != size:
            raise ModelUnavailable(f"{name} arrived with another size than the hub says; start the download again.")
    for name, sha256 in listing.sha256.items():
        with (snapshot / name).open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
                raise ModelUnavailable(f"{name} arrived damaged (its SHA-256 differs); start the download again.")


def _move_into(target: Path, source: Path, commit: str) -> None:
    """Blobs first, the snapshot that makes them visible last; each move is atomic, being on one disk.

    What `refs` names is the user's: the revision that other programs take when they are offline. We ask by commit.
    """
    for part in ("blobs", "snapshots"):
        (target / part).mkdir(parents=True, exist_ok=True)
    for blob in (source / "blobs").iterdir() if (source / "blobs").is_dir() else ():
        blob.replace(target / "blobs" / blob.name)
    final = target / "snapshots" / commit
    shutil.rmtree(final, ignore_errors=True)
    (source / "snapshots" / commit).replace(final)
