"""Models by name: where each one is on this machine, and why one cannot be had.

A model is found, in this order: bundled with the app, as a folder under `MODELS_FOLDER` (environment), or in
the Hugging Face cache. Fetching one that is nowhere is the business of `lib.models.hub`.
"""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lib.errors import StudentError
from lib.places import ASSETS

BUNDLED = "Bundled base model"


class ModelUnavailable(StudentError):
    """A model cannot be used here; the message says why and what would help."""


@dataclass(frozen=True)
class ModelCard:
    name: str
    hub_id: str | None
    """None for the bundled model."""
    revision: str | None
    """Commit on the hub; None takes the newest."""
    parameters: int
    licence: str
    source: str


@cache
def catalogue() -> dict[str, ModelCard]:
    """Every model the app knows by name."""
    cards = json.loads((ASSETS / "models.json").read_text(encoding="utf-8"))
    return {card["name"]: ModelCard(**card) for card in cards}


def bundled_folder() -> Path:
    """The bundled model; `BASE_MODEL` in the environment names another folder, for tests and experiments."""
    return Path(os.environ.get("BASE_MODEL", ASSETS / "base-model"))


def find(name: str) -> Path:
    """The folder of the model called `name` on this machine.

    Raises ModelUnavailable if it is not here or its folder is damaged.
    """
    card = catalogue().get(name)
    if card is None:
        raise ModelUnavailable(f"There is no model called {name}; choose one of {', '.join(catalogue())}")
    if card.hub_id is None:
        return checked(bundled_folder())
    local = os.environ.get("MODELS_FOLDER")
    if local and (Path(local) / name).is_dir():
        return checked(Path(local) / name)
    snapshot = _cached_snapshot(card)
    if snapshot is not None:
        return checked(snapshot)
    raise ModelUnavailable(
        f"{name} is not on this machine; put its files in a folder “{name}” under MODELS_FOLDER, "
        f"or download {card.hub_id} once where there is a network"
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
    """Bytes a safetensors file must have by its own header (https://github.com/huggingface/safetensors#format)."""
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
