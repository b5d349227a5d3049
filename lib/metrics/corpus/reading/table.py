"""What is read of a file before its columns are chosen."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

Cell = str | tuple[str, ...] | None
"""A text, several texts (a list of references), or nothing."""

MISSING = frozenset(
    (
        *("#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A"),
        *("NA", "NULL", "NaN", "None", "n/a", "nan", "null", "NAN", "Null"),
        *("\\N", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"),
    )
)
"""Words that stand for nothing: those of `pandas.read_csv` (its argument `na_values`), two more spellings, MySQL's \\N
and Excel's errors."""
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Spaces without width and marks of direction, which `strip` leaves."""


@dataclass(frozen=True)
class Refused:
    """A row that is not scored, and why."""

    number: int
    why: str


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of a file as texts."""

    frame: pd.DataFrame
    """A cell is a `Cell`. The index is the row's number: as a spreadsheet counts, the header being row 1; for JSON the
    line at which an object begins, or its place in the list."""
    refused: tuple[Refused, ...]
    kind: str
    encoding: str
    notes: tuple[str, ...] = ()
    header: bool = True
    """Whether the names of the columns stand in the file."""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.frame.columns)


def is_missing(cell: Cell) -> bool:
    if isinstance(cell, tuple):
        return all(is_missing(each) for each in cell)
    return cell is None or (seen := cell.strip().strip(_INVISIBLE).strip()) == "" or seen in MISSING


def is_empty_list(text: str) -> bool:
    """Whether it is a list with nothing in it, as pandas and numpy write one into a cell."""
    return text.strip() in ("[]", "()")


def frame_of_rows(columns: tuple[str, ...], rows: list[tuple[int, tuple[Cell, ...]]]) -> pd.DataFrame:
    """Rows under their numbers, every cell as it is."""
    frame = pd.DataFrame(index=[number for number, _ in rows], columns=list(columns), dtype=object)
    for at, column in enumerate(columns):
        frame[column] = pd.Series([cells[at] for _, cells in rows], index=frame.index, dtype=object)
    return frame
