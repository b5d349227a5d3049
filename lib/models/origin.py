"""Where a model's weights come from, and what that means for figures measured on them. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FILE = "origin.json"
"""Beside the weights of a model that did not come from the hub as it is there."""

FORMATS = {
    "Q4_1": "4 bits per weight, in blocks of 32 that share a scale and a minimum",
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

    @property
    def meaning(self) -> str | None:
        """What a page that measures these weights must say; None where they are what their makers published."""
        if not self.by_way_of:
            return None
        return (
            f"These weights came by way of {self.by_way_of} ({FORMATS[self.by_way_of]}), so that they already lay on a "
            "4-bit grid before anything here rounded them again: a 4-bit format may cost them less or more than it "
            "costs the original weights at the hub."
        )


def origin(folder: Path) -> Origin:
    """The origin of the model in `folder`, by what is written beside its weights and by where it lies."""
    try:
        return Origin(by_way_of=json.loads((folder / FILE).read_text(encoding="utf-8"))["by_way_of"])
    except (OSError, ValueError, KeyError):
        return Origin(revision=folder.name if folder.parent.name == "snapshots" else None)
