"""A file of pairs: CSV, TSV or JSONL in, rows with their numbers out. Nothing is dropped without being named."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass

from lib.metrics.corpus.encoding import decode
from lib.metrics.errors import CorpusError

MAX_FILE_BYTES = 10_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 50
MAX_CELL_CHARACTERS = 100_000
MAX_CELL_LINES = 200

# The module's default refuses cells over 131,072 characters with an error that names no row; ours does.
csv.field_size_limit(MAX_FILE_BYTES)

_DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
_ROLES = {
    "reference": ("reference", "references", "ref", "target", "gold", "expected", "label", "human", "ground_truth"),
    "candidate": ("candidate", "prediction", "output", "hypothesis", "generated", "system", "model", "summary", "pred"),
}


@dataclass(frozen=True)
class Row:
    number: int
    """As a spreadsheet counts, the header being row 1; for JSONL the line."""
    cells: tuple[str | None, ...]


@dataclass(frozen=True)
class Refused:
    """A row that is not scored, and why."""

    number: int
    why: str


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]
    kind: str
    encoding: str
    notes: tuple[str, ...]

    def guess(self, role: str, taken: tuple[str, ...] = ()) -> str:
        """The column that most looks like "reference" or "candidate", else the first that is not taken."""
        free = [column for column in self.columns if column not in taken]
        for wanted in _ROLES[role]:
            for column in free:
                if wanted in column.lower().replace(" ", "_").split("_") or column.lower() == wanted:
                    return column
        return free[0]


@dataclass(frozen=True)
class Pair:
    number: int
    references: tuple[str, ...]
    candidate: str
    other: str | None = None
    """What a second system wrote, where two are compared."""


@dataclass(frozen=True)
class Pairs:
    pairs: tuple[Pair, ...]
    refused: tuple[Refused, ...]


def read_table(data: bytes) -> Table:
    """Any of the three formats, told apart by content; CorpusError in one sentence where that cannot be."""
    if len(data) > MAX_FILE_BYTES:
        raise CorpusError(
            f"The file has {len(data) / 1e6:,.0f} MB; up to {MAX_FILE_BYTES / 1e6:.0f} MB can be read here, "
            "so upload a sample of its rows."
        )
    if not data.strip():
        raise CorpusError("The file is empty; it needs a header and one pair of texts a row.")
    decoded = decode(data)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    start = text.lstrip()[:1]
    if start in ("{", "["):
        columns, rows, refused, kind = _json_rows(text, whole=start == "[")
    else:
        columns, rows, refused, kind = _delimited_rows(text)
    _check_size(columns, rows)
    return Table(columns, tuple(rows), tuple(refused), kind, decoded.encoding, decoded.notes)


def choose_pairs(table: Table, reference: str, candidate: str, other: str | None = None) -> Pairs:
    """Rows of the chosen columns; a row that cannot be a pair is refused with its number, the rest go on."""
    chosen = [column for column in (reference, candidate, other) if column is not None]
    for column in chosen:
        if column not in table.columns:
            raise CorpusError(f"There is no column {column!r}; the file has {', '.join(table.columns[:10])}.")
    if len(set(chosen)) != len(chosen):
        raise CorpusError("The same column is chosen twice; reference and candidate must be different columns.")
    indices = [table.columns.index(column) for column in chosen]
    pairs, refused = [], list(table.refused)
    for row in table.rows:
        cells = [row.cells[index] for index in indices]
        why = next((why for why in map(_why_not, cells, chosen, range(len(cells))) if why), None)
        if why:
            refused.append(Refused(row.number, why))
        else:
            pairs.append(Pair(row.number, (cells[0],), *cells[1:]))
    if not pairs:
        first = f" Row {refused[0].number}: {refused[0].why}." if refused else ""
        raise CorpusError(f"No row has both {reference!r} and {candidate!r}, so there is nothing to score.{first}")
    return Pairs(tuple(pairs), tuple(sorted(refused, key=lambda each: each.number)))


def _why_not(cell: str | None, column: str, place: int) -> str | None:
    if cell is None:
        return f"{column} is missing"
    if place == 0 and not cell.strip():
        return f"{column} is empty, so there is nothing to compare with"
    if len(cell) > MAX_CELL_CHARACTERS:
        return f"{column} has {len(cell):,} characters; up to {MAX_CELL_CHARACTERS:,} are scored"
    if cell.count("\n") >= MAX_CELL_LINES:
        return f"{column} has {cell.count(chr(10)) + 1:,} lines; up to {MAX_CELL_LINES} are scored"
    return None


def _check_size(columns: tuple[str, ...], rows: list[Row]) -> None:
    if len(columns) < 2:
        raise CorpusError(
            f"Only one column was found ({columns[0][:60]!r}); a reference and a candidate need a column each, "
            "separated by commas, tabs or semicolons."
        )
    if len(columns) > MAX_COLUMNS:
        raise CorpusError(f"The file has {len(columns):,} columns; up to {MAX_COLUMNS} can be read.")
    if not rows:
        raise CorpusError("The file has a header and no row that could be read; add pairs of texts below it.")
    if len(rows) > MAX_ROWS:
        raise CorpusError(f"The file has {len(rows):,} rows; up to {MAX_ROWS:,} are scored, so upload a sample.")


def _delimited_rows(text: str) -> tuple[tuple[str, ...], list[Row], list[Refused], str]:
    header_line = text.lstrip("\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header_line.count)
    records = _records(text, delimiter)
    blank = [number for number, cells in records if not any(cell.strip() for cell in cells)]
    records = [(number, cells) for number, cells in records if any(cell.strip() for cell in cells)]
    columns = _named(records[0][1])
    rows, refused = [], [Refused(number, "the row is blank") for number in blank]
    for number, cells in records[1:]:
        if len(cells) > len(columns):
            refused.append(
                Refused(
                    number,
                    f"it has {len(cells)} cells where the header has {len(columns)}; "
                    f"a text with a {_DELIMITERS[delimiter]} in it must stand in quotation marks",
                )
            )
        else:
            rows.append(Row(number, tuple(cells) + (None,) * (len(columns) - len(cells))))
    return columns, rows, refused, f"{'TSV' if delimiter == chr(9) else 'CSV'}, {_DELIMITERS[delimiter]} between cells"


def _records(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    try:
        return list(enumerate(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True), start=1))
    except csv.Error as error:
        if delimiter == "\t":  # many TSV files use no quoting at all
            return list(enumerate(csv.reader(io.StringIO(text), delimiter=delimiter, quoting=csv.QUOTE_NONE), start=1))
        raise CorpusError(_quotation_problem(text, delimiter, str(error))) from error


def _quotation_problem(text: str, delimiter: str, error: str) -> str:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    row = 1
    try:
        for row, _ in enumerate(reader, start=2):  # noqa: B007 - the row being read when it fails
            pass
    except csv.Error:
        pass
    if "unexpected end" in error:
        return (
            f"A quotation mark opened in row {row:,} is never closed; close it, or double it if it belongs to the text."
        )
    return (
        f"Row {row:,} has a quotation mark in the middle of a cell; put the whole cell in quotation marks and double "
        f'those inside it, as in "she said ""yes""".'
    )


def _named(header: list[str]) -> tuple[str, ...]:
    """Every column gets a name of its own."""
    seen: Counter[str] = Counter()
    names = []
    for index, name in enumerate(header, start=1):
        name = name.strip()[:80] or f"column {index}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)


def _json_rows(text: str, whole: bool) -> tuple[tuple[str, ...], list[Row], list[Refused], str]:
    objects, refused = _json_array(text) if whole else _json_lines(text)
    columns = tuple(dict.fromkeys(str(key)[:80] for _, each in objects for key in each))
    if not columns:
        first = f" Line {refused[0].number}: {refused[0].why}." if refused else ""
        raise CorpusError(f"No line is a JSON object with a reference and a candidate.{first}")
    rows = [Row(number, tuple(_as_text(each.get(column)) for column in columns)) for number, each in objects]
    return columns, rows, refused, "JSON list" if whole else "JSONL, one object a line"


def _json_lines(text: str) -> tuple[list[tuple[int, dict]], list[Refused]]:
    objects, refused = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            refused.append(Refused(number, "the line is not valid JSON"))
            continue
        if isinstance(value, dict):
            objects.append((number, value))
        else:
            refused.append(Refused(number, 'the line is no JSON object like {"reference": "…", "candidate": "…"}'))
    return objects, refused


def _json_array(text: str) -> tuple[list[tuple[int, dict]], list[Refused]]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" near line {error.lineno:,}" if isinstance(error, json.JSONDecodeError) else ""
        raise CorpusError(
            f"The file begins as a JSON list but is not valid JSON{where}; put one object on each line."
        ) from error
    objects = [(number, value) for number, value in enumerate(values, start=1) if isinstance(value, dict)]
    others = [number for number, value in enumerate(values, start=1) if not isinstance(value, dict)]
    return objects, [Refused(number, "the entry is no JSON object") for number in others]


def _as_text(value: object) -> str | None:
    """Texts and numbers are texts; lists and objects are not."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return None
