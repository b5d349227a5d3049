"""The kinds of adapter by name, with their words. No torch: pages read these."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.places import ASSETS
from lib.sources import Source

FILE = ASSETS / "lesson" / "adapters.json"


@dataclass(frozen=True)
class Kind:
    """One way of adding something small to a frozen model."""

    name: str
    title: str
    about: str
    """What is added, and where."""
    formula: str
    """What it computes, in LaTeX."""
    size: str
    """What its size is called: a rank, a width, a number of tokens."""
    usual_size: int
    merges: bool
    """Whether it can be multiplied into the frozen weights, and is then gone."""
    merge_why: str
    request: str
    """What it adds to a request's time, in words."""
    source: Source
    sized: bool = True
    """Whether it has a size at all."""


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by name, in the order of the survey (Hu et al. 2023, arXiv 2304.01933, section 2), then IA3."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))["kinds"]
    return {row["name"]: Kind(**{**row, "source": Source(**row["source"])}) for row in rows}
