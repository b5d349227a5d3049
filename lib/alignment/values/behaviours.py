"""Kinds of bad behaviour: where each comes from, and what each stage of training does about it. No torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lib.places import ASSETS
from lib.sources import Source

FILE = ASSETS / "alignment" / "behaviours.json"


@dataclass(frozen=True)
class Stage:
    id: str
    title: str
    when: str


@dataclass(frozen=True)
class Remedy:
    """What a stage does about a kind of behaviour, and what it leaves."""

    does: str
    leaves: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Behaviour:
    id: str
    title: str
    shown: str
    """An example, with what would harm masked."""
    comes_from: str
    comes_from_source: Source
    first: str
    """Where the course would begin: the id of a stage."""
    why_first: str
    remedies: Mapping[str, Remedy]
    """By the id of a stage."""


@cache
def stages() -> tuple[Stage, ...]:
    return tuple(Stage(**row) for row in _behaviours_file()["stages"])


@cache
def behaviours() -> tuple[Behaviour, ...]:
    """The kinds in `assets/alignment/behaviours.json`."""
    sources = {name: Source(**row) for name, row in _behaviours_file()["sources"].items()}
    return tuple(
        Behaviour(
            row["id"],
            row["title"],
            row["shown"],
            row["comes_from"],
            sources[row["comes_from_source"]],
            row["first"],
            row["why_first"],
            {
                stage.id: Remedy(told["does"], told["leaves"], tuple(sources[name] for name in told["sources"]))
                for stage in stages()
                for told in (row["stages"][stage.id],)
            },
        )
        for row in _behaviours_file()["behaviours"]
    )


@cache
def _behaviours_file() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))
