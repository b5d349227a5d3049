"""Rows of a CSV or TSV that are no pair of texts: too many cells or too few, the names of the columns once more."""

from __future__ import annotations

from collections import Counter

from lib.metrics.corpus.reading.table import Refused


def width_of(names: list[str], rows: list[list[str]]) -> int:
    """How many columns there are. Empty cells at the end of every row are delimiters too many."""
    used = [max((at for at, cell in enumerate(cells, start=1) if cell.strip()), default=0) for cells in rows]
    if not names:
        return Counter(used).most_common(1)[0][0]
    width = max((at for at, name in enumerate(names, start=1) if name.strip()), default=0)
    return max(width, min(max(used, default=0), len(names)))


def fitted(
    rows: list[tuple[int, list[str]]], width: int, names: list[str], mark: str
) -> tuple[list[tuple[int, tuple[str | None, ...]]], list[Refused]]:
    """Rows of `width` cells each, and those that cannot be that; `mark` is what stands between cells, in a word."""
    fitting, refused = [], []
    for number, cells in rows:
        why = _why_odd(cells, width, names, mark)
        if why:
            refused.append(Refused(number, why))
        else:
            fitting.append((number, (*cells[:width], *[None] * (width - len(cells)))))
    return fitting, refused


def _why_odd(cells: list[str], width: int, names: list[str], mark: str) -> str | None:
    if any(cell.strip() for cell in cells[width:]):
        return (
            f"it has {len(cells)} cells where the table has {width} columns; a text with a {mark} in it must stand in "
            'double quotation marks, "…"'
        )
    if len(cells) == 1 < width:
        return f"it has no {mark} and so 1 cell where the table has {width} columns"
    if names and _as_name(cells) == _as_name(names):
        return "it has the names of the columns once more, as files have that were put one below the other"
    return None


def _as_name(cells: list[str]) -> list[str]:
    return [cell.strip().removeprefix("\ufeff") for cell in cells]
