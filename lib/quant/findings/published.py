"""Results others have published, to hold one's own against. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.places import ASSETS


@dataclass(frozen=True)
class Series:
    """A row of a published table; None where the source has no figure."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class PublishedTable:
    """A table, what it shows, and rows of one's own run (`ours`) that belong beside it.

    kind  "lines" (a value a column), "bars" (one series) or "points" (size, perplexity and KL for every row)
    """

    id: str
    tab: str
    message: str
    about: str
    x: str
    y: str
    kind: str
    log_y: bool
    columns: tuple[str, ...]
    rows: tuple[Series, ...]
    ours: tuple[str, ...]
    source: str
    url: str


@cache
def published_tables() -> tuple[PublishedTable, ...]:
    tables = json.loads((ASSETS / "quant" / "published.json").read_text(encoding="utf-8"))
    return tuple(_table(table) for table in tables)


def _table(table: dict) -> PublishedTable:
    rows = tuple(Series(row["name"], tuple(row["values"])) for row in table["rows"])
    lists = {name: tuple(table[name]) for name in ("columns", "ours")}
    return PublishedTable(**{**table, **lists, "rows": rows})
