"""Models by name: where each one is on this machine, and why one cannot be had.

A model is bundled with the app, or in the Hugging Face cache, or a folder of its name in the models folder, and is
looked for in this order. Fetching one that is nowhere is the business of `lib.models.fetch`.
"""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from lib.models.errors import ModelUnavailable
from lib.places import ASSETS

BUNDLED = "Bundled base model"
REAL = "SmolLM2-135M-Instruct"
"""The small model that answers in English, fetched once: what the lecture says can be seen on it."""
WIDE_PARAMETERS = 50_000_000


@dataclass(frozen=True)
class Package:
    """A Python package that holds a model's weights, for where no hub can be reached."""

    requirement: str
    sha256: str
    """Of the wheel."""
    download_bytes: int
    file: str
    """The GGUF file in the wheel."""
    by_way_of: str
    """The format, with fewer bits than the original's, of most weights in that file."""
    source: str


@dataclass(frozen=True)
class ModelCard:
    """A model that the app knows by name: where its weights are had, and what is known without them."""

    name: str
    hub_id: str | None
    """None for the bundled model."""
    revision: str | None
    """Commit on the hub; None takes the newest."""
    parameters: int
    licence: str
    source: str
    package: Package | None = None

    @property
    def wide(self) -> bool:
        """Whether work on it is quicker on all cores than on one; a small one's threads wait for each other."""
        return self.parameters > WIDE_PARAMETERS


@cache
def catalogue() -> dict[str, ModelCard]:
    """Every model the app knows by name."""
    cards = json.loads((ASSETS / "models.json").read_text(encoding="utf-8"))
    return {card["name"]: ModelCard(**{**card, "package": _package(card)}) for card in cards}


def _package(card: dict) -> Package | None:
    return Package(**card["package"]) if "package" in card else None


def bundled_folder() -> Path:
    """The bundled model; `BASE_MODEL` in the environment names another folder, for tests and experiments."""
    return Path(os.environ.get("BASE_MODEL", ASSETS / "base-model"))


def models_folder() -> Path:
    """Where models that did not come from the hub lie, a folder each; `MODELS_FOLDER` in the environment names it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return Path(os.environ.get("MODELS_FOLDER", cache / "finetuning-lab" / "models"))


def find(name: str) -> Path:
    """The folder of the model called `name` on this machine.

    Raises ModelUnavailable if it is not here or its folder is damaged.
    """
    card = catalogue().get(name)
    if card is None:
        raise ModelUnavailable(f"There is no model called {name}; choose one of {', '.join(catalogue())}")
    if card.hub_id is None:
        return checked(bundled_folder())
    places = [place for place in (_cached_snapshot(card), models_folder() / name) if place is not None]
    damage = None
    for place in filter(Path.is_dir, places):
        try:
            return checked(place)
        except ModelUnavailable as error:
            damage = damage or error
    raise damage or ModelUnavailable(_nowhere(card))


def _nowhere(card: ModelCard) -> str:
    fetch = "fetch it" if card.package else f"download {card.hub_id}"
    return (
        f"{card.name} is not on this machine; {fetch} once where there is a network, "
        f"or put its files in a folder “{card.name}” under {models_folder()}"
    )


def checked(folder: Path) -> Path:
    """`folder`, if it holds a whole model: config, tokenizer and weight files that end where their headers say."""
    if not folder.is_dir():
        raise ModelUnavailable(f"The model folder “{folder.name}” is missing; put it back or restore it with git")
    config = folder / "config.json"
    try:
        json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ModelUnavailable(
            f"The model folder “{folder.name}” has no readable config.json; restore the file"
        ) from None
    if not any((folder / name).exists() for name in ("tokenizer.json", "tokenizer.model", "vocab.json")):
        raise ModelUnavailable(f"The model folder “{folder.name}” has no tokenizer; add its tokenizer.json")
    weights = sorted(folder.glob("*.safetensors"))
    missing = _shards(folder) - {file.name for file in weights}
    if missing:
        raise ModelUnavailable(f"The model folder “{folder.name}” lacks {min(missing)}; restore the file")
    if not weights:
        raise ModelUnavailable(f"The model folder “{folder.name}” has no .safetensors weights; restore the file")
    for file in weights:
        if file.stat().st_size != _expected_size(file):
            raise ModelUnavailable(
                f"The weights “{file.name}” in “{folder.name}” are cut short or damaged; restore the file"
            )
    return folder


def _shards(folder: Path) -> set[str]:
    """The weight files that the index of a model in several parts names; none for a model in one part."""
    try:
        index = json.loads((folder / "model.safetensors.index.json").read_text(encoding="utf-8"))
        return set(index["weight_map"].values())
    except (OSError, ValueError, KeyError, AttributeError):
        return set()


def _expected_size(file: Path) -> int | None:
    """Bytes a safetensors file must have by its own header, read again whenever the file has changed."""
    told = file.stat()
    return _size_in_header(file, told.st_size, told.st_mtime_ns)


@lru_cache(maxsize=64)
def _size_in_header(file: Path, _size_bytes: int, _modified_ns: int) -> int | None:
    """Bytes by the header (https://github.com/huggingface/safetensors#format), for a file of this size and time.

    Every page looks which models are here each time it is drawn, and a header names hundreds of tensors.
    """
    try:
        with file.open("rb") as stream:
            (header_bytes,) = struct.unpack("<Q", stream.read(8))
            if header_bytes > 100_000_000:
                return None
            header = json.loads(stream.read(header_bytes))
        ends = [tensor["data_offsets"][1] for name, tensor in header.items() if name != "__metadata__"]
        return 8 + header_bytes + max(ends)
    except (struct.error, ValueError, KeyError, TypeError):
        return None


def _cached_snapshot(card: ModelCard) -> Path | None:
    """The folder of this model in the Hugging Face cache, if it was downloaded."""
    home = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
    hub = Path(os.environ.get("HF_HUB_CACHE", home / "hub"))
    repository = hub / f"models--{card.hub_id.replace('/', '--')}"
    reference = repository / "refs" / "main"
    revision = card.revision or (reference.read_text().strip() if reference.exists() else None)
    snapshot = repository / "snapshots" / revision if revision else None
    return snapshot if snapshot is not None and (snapshot / "config.json").exists() else None
