"""Objects of JSON in the cells of a CSV, as LangSmith writes inputs and outputs: their fields are columns."""

from __future__ import annotations

from typing import Any

from lib.metrics.corpus.reading.json_file import DECODER, cell_of, flattened
from lib.metrics.corpus.reading.names import is_named
from lib.metrics.corpus.reading.table import Cell, is_missing

Rows = list[tuple[int, tuple[Cell, ...]]]
"""(row number, cells)."""


def objects_in_cells(columns: tuple[str, ...], rows: Rows) -> tuple[tuple[str, ...], Rows, list[str]]:
    """A table with the fields of such objects as columns of their own.

    Where every cell of a column is one and they have the same fields, one of them a text by its name; JSON that is
    itself what a model was to write, as a call of a function, stays a text.
    """
    opened: dict[int, list[dict | None]] = {}
    for at in range(len(columns)):
        cells = [cells[at] for _, cells in rows]
        found = [None if is_missing(cell) else _object_in(cell) for cell in cells]
        unread = any(each is None and not is_missing(cell) for each, cell in zip(found, cells, strict=True))
        if not unread and _hold_a_text([each for each in found if each]):
            opened[at] = found
    if not opened:
        return columns, rows, []
    chats: list[str] = []
    objects = []
    for row, (number, cells) in enumerate(rows):
        fields: dict[str, Any] = {}
        for at, name in enumerate(columns):
            fields |= flattened(opened[at][row] or {}, chats, f"{name}.") if at in opened else {name: cells[at]}
        objects.append((number, fields))
    names = tuple(dict.fromkeys(key for _, each in objects for key in each))
    named = " and ".join(f"“{columns[at]}”" for at in opened)
    notes = [f"The cells of {named} are objects of JSON: their fields were read as columns."]
    return names, [(number, tuple(_as_text(each.get(name)) for name in names)) for number, each in objects], notes


def _hold_a_text(objects: list[dict]) -> bool:
    if not objects or any(each.keys() != objects[0].keys() for each in objects):
        return False
    named = [key for key in objects[0] if is_named(key, "reference", "candidate", "either")]
    return len(named) == 1 and all(isinstance(each[named[0]], str) for each in objects)


def _as_text(value: Any) -> Cell:
    return value if isinstance(value, tuple) else cell_of(value)


def _object_in(cell: Cell) -> dict | None:
    """The object of JSON that a cell is, none of whose names is lost; None for any other cell."""
    if not isinstance(cell, str) or not cell.strip().startswith("{"):
        return None
    try:
        found = DECODER.decode(cell.strip())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None
