"""CSV and TSV: records out of lines, with every oddity named.

The module `csv` and not `pandas.read_csv`, which reads a stray quotation mark over as many rows as it takes to find the
next, turns numbers into floats, and tells no row's number.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from lib.metrics.corpus.reading.columns import ID
from lib.metrics.corpus.reading.names import MAX_NAMES, has_known_name, is_known_name, looks_like_names
from lib.metrics.corpus.reading.odd_rows import fitted, width_of
from lib.metrics.corpus.reading.table import Refused
from lib.metrics.errors import CorpusError

DELIMITERS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
_SPACED = re.compile(r'"[^"]*"( "[^"]*")+')
"""Names as R's write.table separates them unless told otherwise: by spaces, each in quotation marks."""
MAX_CELL_LINES = 200
LOOKED_AT = 100
"""Lines from which the delimiter is told."""
NAMED = 8
"""How many rows a note names."""
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_RULE = re.compile(r":?-+:?")
"""A cell of the line that Markdown draws below the names of a table's columns."""
_ABOVE = 5
"""Rows above the names of the columns, such as a title, that are looked at."""

# The module's default refuses cells over 131,072 characters with an error that names no row; ours does.
csv.field_size_limit(100_000_000)


@dataclass
class Records:
    """Records by row number, and the rows in which quotation marks were odd."""

    cells: list[tuple[int, list[str]]] = field(default_factory=list)
    split: list[tuple[int, int]] = field(default_factory=list)
    """(first, last) of rows that a stray mark would have joined."""
    joined: list[tuple[int, int]] = field(default_factory=list)
    """(row, lines) of rows over several lines, each of which could be a row of its own."""
    unclosed: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Delimited:
    columns: tuple[str, ...]
    rows: list[tuple[int, tuple[str | None, ...]]]
    refused: list[Refused]
    kind: str
    notes: tuple[str, ...]
    header: bool


def read_delimited(text: str, header: bool | None = None) -> Delimited:
    """Cells of a table. `header`: whether the first row has the names; told from the row where None."""
    lines = text.rstrip("\n").split("\n")
    delimiter, stated = None, _SEP.fullmatch(lines[0])
    if stated:  # Excel's own line, which names the delimiter and is no row
        delimiter, lines = stated[1], lines[1:]
    delimiter = delimiter or _delimiter(lines)
    records = read_records(lines, delimiter)
    blank = [Refused(number, "the row is blank") for number, cells in records.cells if not any(map(str.strip, cells))]
    filled = [(number, cells) for number, cells in records.cells if any(map(str.strip, cells))]
    if not filled:
        raise CorpusError("The file has no row that could be read; it needs a header and one pair of texts per row.")
    filled, delimiter, wrapped = _unwrapped(filled, delimiter)
    filled, above = _from_the_header(filled) if header is None else (filled, [])
    if delimiter == "|":
        filled = _without_rule(filled)
    has_header = _begins_with_names([cells for _, cells in filled]) if header is None else header
    names = filled.pop(0)[1] if has_header else []
    if names and filled and all(len(cells) == len(names) + 1 and ID.fullmatch(cells[0]) for _, cells in filled):
        names = ["", *names]  # R's write.table gives its numbers of rows no name
    width = width_of(names, [cells for _, cells in filled])
    columns, notes = _named([*names, *[""] * (width - len(names))][:width])
    rows, refused = fitted(filled, width, names, _named_delimiter(delimiter))
    kind = f"{'TSV' if delimiter == chr(9) else 'CSV'}, {_named_delimiter(delimiter)} between cells"
    notes = [*notes, *_notes_on_marks(records)]
    if wrapped:
        notes.append("Quotation marks stand around whole rows; they were taken off, and the rows cut into cells.")
    if above:
        notes.append(
            f"Above the names of the columns stands {' / '.join(above)[:80]!r}, which was left out: it is no row."
        )
    if has_header and header is None and not has_known_name(names):
        shown = ", ".join(name.strip() for name in names if name.strip())[:80]
        notes.append(
            f"The first row was read as the names of the columns ({shown}). "
            "If it is a pair of texts, say so under “First row”."
        )
    if not has_header:
        notes.append("The first row was read as a pair of texts, since it does not look like names of columns.")
    return Delimited(columns, rows, [*blank, *refused], kind, tuple(notes), has_header)


def _begins_with_names(rows: list[list[str]]) -> bool:
    """Whether the first row is a header. A word that no tool writes is none if it comes again below, as yes does."""
    again = any(cell.strip() and cell == below for row in rows[1:] for cell, below in zip(rows[0], row, strict=False))
    return looks_like_names(rows[0]) and (has_known_name(rows[0]) or not again)


def _unwrapped(filled: list[tuple[int, list[str]]], delimiter: str) -> tuple[list[tuple[int, list[str]]], str, bool]:
    """Rows that a program quoted as a whole, cut into cells; the names above them may be without marks."""
    head = filled[:1] if len(filled[0][1]) > 1 else []
    body = filled[len(head) :]
    if not body or any(len(cells) != 1 or "\n" in cells[0] for _, cells in body):
        return filled, delimiter, False
    for mark in [delimiter] if head else DELIMITERS:
        rows = [(number, next(csv.reader(cells, delimiter=mark), [])) for number, cells in body]
        widths = {len(cells) for _, cells in (*head, *rows)}
        if len(widths) == 1 and widths != {1}:
            return [*head, *rows], mark, True
    return filled, delimiter, False


def _from_the_header(filled: list[tuple[int, list[str]]]) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """Rows from the names of the columns on, and what stands above them: a title or a comment, alone in its row.

    Or over every column, as pandas writes the upper of two rows of names; the lower has to be all names then.
    """
    repeated = False
    for at, (_, cells) in enumerate(filled[: _ABOVE + 1]):
        words = [cell.strip() for cell in cells if cell.strip()]
        if len(set(words)) > 1:
            above = [next(cell.strip() for cell in row if cell.strip()) for _, row in filled[:at]]
            named = all(map(is_known_name, words)) if repeated else has_known_name(cells)
            return (filled[at:], above) if named else (filled, [])
        repeated = repeated or len(words) > 1
    return filled, []


def _without_rule(filled: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """A table as Markdown draws it: no rule below the names, no spaces around a cell, no empty first column."""
    if len(filled) < 2 or not all(_RULE.fullmatch(cell.strip()) for cell in filled[1][1] if cell.strip()):
        return filled
    rows = [(number, [cell.strip() for cell in cells]) for number, cells in (filled[0], *filled[2:])]
    return rows if any(cells[0] for _, cells in rows) else [(number, cells[1:]) for number, cells in rows]


def _delimiter(lines: Sequence[str]) -> str:
    """The one that gives known names, else the one that cuts most lines into the same number of cells."""
    top = [line for line in lines[:LOOKED_AT] if line.strip()][: _ABOVE + 1]  # a title may stand above the names
    if any(map(_SPACED.fullmatch, top[:1])):
        return " "

    def fits(delimiter: str) -> tuple[int, float, int]:
        records = [len(each) for each in csv.reader(lines[:LOOKED_AT], delimiter=delimiter) if each]
        heads = [cells for line in top for cells in csv.reader([line], delimiter=delimiter) if len(cells) > 1]
        named = max((sum(map(is_known_name, cells[:MAX_NAMES])) for cells in heads), default=0)
        cells, often = Counter(records).most_common(1)[0] if records else (1, 0)
        return named, often / max(len(records), 1) if cells > 1 else 0.0, -list(DELIMITERS).index(delimiter)

    return max(DELIMITERS, key=fits)


def _named_delimiter(delimiter: str) -> str:
    return "space" if delimiter == " " else DELIMITERS.get(delimiter, delimiter)


def read_records(lines: Sequence[str], delimiter: str) -> Records:
    """One record a row, a quoted cell over several lines being one cell. Nothing is joined or split in silence."""
    records, at, number, width = Records(), 0, 0, 0
    while at < len(lines):
        number += 1
        cells, used = _record(lines, at, delimiter)
        width = width or (len(cells) if cells else len(lines[at].split(delimiter)))
        if cells is None:
            records.unclosed.append(number)
            cells = lines[at].split(delimiter)
        elif used > 1 and (parts := _rows_in(lines[at : at + used], cells, width, delimiter)) is not None:
            if parts:
                records.split.append((number, number + used - 1))
                records.cells += [(number + offset, part) for offset, part in enumerate(parts[:-1])]
                number, cells = number + used - 1, parts[-1]
            else:
                records.joined.append((number, used))
        records.cells.append((number, cells))
        at += used
    return records


def _record(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str] | None, int]:
    """(cells, lines used) of the record that begins here; no cells where its quotation marks make no sense."""
    if '"' not in lines[at]:
        return lines[at].split(delimiter), 1
    spaced = delimiter in ",;" and f'{delimiter} "' in lines[at]  # a, "b, c": marks after a space
    cells, used = _quoted_record(lines, at, delimiter, skipinitialspace=spaced)
    if cells is None and spaced and f'" {delimiter}' in lines[at]:  # "a, b" , "c"
        tight = re.sub(rf'" +(?={re.escape(delimiter)}|$)', '"', lines[at])
        cells, used = _quoted_record([tight], 0, delimiter, skipinitialspace=True)
    if cells is None and '\\"' in lines[at]:  # as Spark and MySQL write a mark inside a cell
        cells, used = _quoted_record(lines, at, delimiter, escapechar="\\", doublequote=False)
    return cells, used


def _quoted_record(lines: Sequence[str], at: int, delimiter: str, **marks: object) -> tuple[list[str] | None, int]:
    for used in range(1, min(MAX_CELL_LINES, len(lines) - at) + 1):
        if used > 1 and '"' not in lines[at + used - 1]:
            continue
        text = [line + "\n" for line in lines[at : at + used - 1]] + [lines[at + used - 1]]
        try:
            return next(csv.reader(text, delimiter=delimiter, strict=True, **marks)), used
        except csv.Error as error:
            if "unexpected end" not in str(error):
                break
    return None, 1


def _rows_in(lines: Sequence[str], cells: list[str], width: int, delimiter: str) -> list[list[str]] | None:
    """What a record over several lines may be instead: rows that a stray quotation mark joined.

    None if it is one record: some line is no row by itself. The rows, if every line is one and delimiters in the joined
    text stand tight, as between cells and not as in prose. An empty list where that is too little to split them.
    """
    rows = [line.split(delimiter) for line in lines]
    if len(rows[0]) != width or len(rows[-1]) != width:
        return None
    inside = [cell for cell in cells if "\n" in cell]
    tight = not any(re.search(re.escape(delimiter) + r"\s", cell) for cell in inside)
    whole = all(len(row) == width for row in rows)
    if len(cells) != width or (whole and tight and (delimiter != "," or len(rows) > 2)):
        return rows
    return []


def _named(header: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Every column gets a name of its own; notes on names that stand twice."""
    seen: Counter[str] = Counter()
    names = []
    for index, name in enumerate(header, start=1):
        name = name.strip()[:80] or f"column {index}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    twice = [name for name, count in seen.items() if count > 1]
    return tuple(names), [
        f"Two columns have the same name, {name!r}: the second is called “{name} (2)”." for name in twice
    ]


def _notes_on_marks(records: Records) -> list[str]:
    notes = []
    if records.split:
        where = _listed([f"{first} (closed in row {last})" for first, last in records.split])
        notes.append(
            f"A stray quotation mark opens in row {where}; each line was read as a row of its own, marks kept."
        )
    if records.joined:
        where = _listed([f"{number} ({lines} lines)" for number, lines in records.joined])
        notes.append(
            f"A quotation mark opens in row {where} and closes some lines further down: it was read as one row. "
            "If these are rows of their own, take the mark out or double it."
        )
    if records.unclosed:
        where = _listed([str(number) for number in records.unclosed])
        rows = "Rows" if len(records.unclosed) > 1 else "Row"
        notes.append(
            f"{rows} {where}: a quotation mark is never closed, or stands in the middle of a cell; it was read as part "
            "of the text. To quote a cell put marks around all of it and double those inside."
        )
    return notes


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
