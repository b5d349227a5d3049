"""Where a model's weights come from, and what that means for figures measured on them. No torch."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from lib.models.catalogue import catalogue, find
from lib.models.errors import ModelUnavailable

FILE = "origin.json"
"""Beside the weights of a model that did not come from the hub as it is there."""

FORMATS = {
    "Q4_1": "4 bits per weight, in blocks of 32",
}


@dataclass(frozen=True)
class Origin:
    """Where the weights in a folder came from, as far as that is known."""

    by_way_of: str | None = None
    """The format with fewer bits that the weights went through, if they did."""
    revision: str | None = None
    """Commit at the hub that they are the original weights of, if they are."""

    @property
    def short(self) -> str:
        """For a caption or a table: a few words, empty where nothing is known."""
        if self.by_way_of:
            return f"weights by way of {self.by_way_of}"
        return f"original weights at revision {self.revision[:7]}" if self.revision else ""


def origin(folder: Path) -> Origin:
    """The origin of the model in `folder`, by what is written beside its weights and by where it lies."""
    try:
        return Origin(by_way_of=json.loads((folder / FILE).read_text(encoding="utf-8"))["by_way_of"])
    except (OSError, ValueError, KeyError):
        return Origin(revision=folder.name if folder.parent.name == "snapshots" else None)


def what_it_means(model: str, by_way_of: str) -> str:
    """What a page must say that shows figures of a model whose weights went through a format with fewer bits, measured
    now or recorded; short enough for a projector."""
    return (
        f"{model} came by way of {by_way_of} ({FORMATS[by_way_of]}): its weights lay on a 4-bit grid already. The "
        "originals at the hub give other figures, and may lose more or less at 4 bits."
    )


def weights_by_way_of(run: Any) -> dict[str, str]:
    """By name, of the models that a run works on: the format with fewer bits that their weights on this machine went
    through. Those that are not here or went through none are left out."""
    found = {}
    for model in sorted(models_of(run)):
        with suppress(ModelUnavailable):
            found[model] = origin(find(model)).by_way_of
    return {model: by_way_of for model, by_way_of in found.items() if by_way_of}


def models_of(run: Any) -> frozenset[str]:
    """Models that a run names, in its own fields or in those of what it is made of. A text alone is no run."""
    if is_dataclass(run):
        parts = [getattr(run, field.name) for field in fields(run)]
    elif isinstance(run, tuple):
        parts = run
    else:
        return frozenset()
    named = {each for each in parts if isinstance(each, str)} & catalogue().keys()
    return frozenset(named).union(*map(models_of, parts))
