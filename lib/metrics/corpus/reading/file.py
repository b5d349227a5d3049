"""A file of pairs in, rows with their numbers out. Nothing is dropped, joined or turned into a text in silence."""

from __future__ import annotations

import io
import json
import re
import tokenize
from ast import literal_eval
from collections.abc import Sequence
from dataclasses import dataclass

from lib.metrics.corpus.reading.delimited import MAX_CELL_LINES, read_delimited
from lib.metrics.corpus.reading.encoding import decode
from lib.metrics.corpus.reading.json_cells import objects_in_cells
from lib.metrics.corpus.reading.json_file import json_in, read_json
from lib.metrics.corpus.reading.table import MISSING, Cell, Refused, Table, frame_of_rows, is_empty_list, is_missing
from lib.metrics.errors import CorpusError

MAX_FILE_BYTES = 10_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 50
MAX_CELL_CHARACTERS = 100_000
_BETWEEN = (",", "[", "]", "(", ")", "<", ">", "np", ".", "str_", "float64")
"""What Python writes around the texts of a list beside their marks, as in [np.str_('one'), <NA>, np.float64(nan)]."""
_MARKUP = re.compile(
    r"\s*<(!doctype|html|\?xml|tmx|xliff|srcset|refset|tstset|dataset|doc\b|table\b|body\b)", re.IGNORECASE
)
ASSERTED = "__expected"
BETWEEN_REFERENCES = re.compile(r"\s*(?:\|\|\||<sep>|\[SEP\])\s*")
"""What people write between several references in one cell."""
FIRST = 3
"""How many refused rows are told where every row is refused."""


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
    notes: tuple[str, ...] = ()


def read_table(data: bytes, encoding: str | None = None, header: bool | None = None) -> Table:
    """CSV, TSV or JSON, told apart by content; CorpusError in one sentence where that cannot be.

    encoding, header  what the student says of them; decided here where None
    """
    if len(data) > MAX_FILE_BYTES:
        raise CorpusError(
            f"The file has {len(data) / 1e6:,.0f} MB; up to {MAX_FILE_BYTES / 1e6:.0f} MB can be read here, "
            "so upload a sample of its rows."
        )
    if not data.strip():
        raise CorpusError("The file is empty; it needs a header and one pair of texts per row.")
    decoded = decode(data, encoding)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if _MARKUP.match(text):
        raise CorpusError("This file is a web page or XML, not a table: save the table as CSV, TSV or JSONL.")
    as_json, taken_off = json_in(text)
    if as_json is not None:
        columns, rows, refused, kind, notes = read_json(as_json)
        notes = [*taken_off, *notes]
        named = True
    else:
        read = read_delimited(text, header)
        columns, rows, refused, kind, notes, named = (
            read.columns, read.rows, read.refused, read.kind, read.notes, read.header
        )  # fmt: skip
        if ASSERTED in columns:
            raise CorpusError(
                f"“{ASSERTED}” is promptfoo's: in its CSV [PASS] stands before each answer and the kind of test before "
                "each reference. Export the results as JSON, where they stand apart, and upload that."
            )
        columns, rows, of_objects = objects_in_cells(columns, rows)
        notes = [*notes, *of_objects]
    _check_size(columns, rows, refused, is_json=as_json is not None)
    frame = frame_of_rows(columns, rows)
    return Table(frame, tuple(refused), kind, decoded.encoding, (*decoded.notes, *notes), named)


def _check_size(columns: Sequence[str], rows: Sequence, refused: Sequence[Refused], *, is_json: bool) -> None:
    if len(columns) < 2:
        what, how = ("field", "in every object") if is_json else ("column", "separated by commas, tabs or semicolons")
        raise CorpusError(
            f"Only one {what} was found ({columns[0][:60]!r}); a reference and a candidate need a {what} each, {how}."
        )
    if len(columns) > MAX_COLUMNS:
        raise CorpusError(f"The file has {len(columns):,} columns; up to {MAX_COLUMNS} can be read.")
    if not rows:
        raise CorpusError(
            f"The file has no row that could be read; add pairs of texts below the header.{_first(refused)}"
        )
    if len(rows) > MAX_ROWS:
        raise CorpusError(f"The file has {len(rows):,} rows; up to {MAX_ROWS:,} are scored, so upload a sample.")


def choose_pairs(table: Table, references: str | Sequence[str], candidate: str, other: str | None = None) -> Pairs:
    """Rows of the chosen columns; a row that cannot be a pair is refused with its number, the rest go on.

    references  one column, whose cells may be lists of references, or several columns
    """
    references = [references] if isinstance(references, str) else list(references)
    chosen = [*references, candidate, *([other] if other is not None else [])]
    _check_columns(table, references, chosen)
    pairs, refused = [], list(table.refused)
    # Column by column: rows of a frame would be tuples with columns renamed.
    columns = [table.frame[column].tolist() for column in chosen]
    as_lists = list(map(_read_lists, columns))
    lists = [*as_lists]
    divided = [_divided(cells, lists[len(references)]) for cells in lists[: len(references)]]
    lists[: len(references)] = [cells for cells, _ in divided]
    for number, *read in zip(table.frame.index.tolist(), *lists, strict=True):
        texts = tuple(text for cell in read[: len(references)] for text in _texts(cell))
        written = [_one_text(cell) for cell in read[len(references) :]]
        why = _why_not(texts, references, read[len(references) :], chosen[len(references) :])
        if why:
            refused.append(Refused(number, why))
        else:
            pairs.append(Pair(number, texts, *written))
    refused.sort(key=lambda each: each.number)
    if not pairs:
        names = ", ".join(repr(name) for name in chosen)
        raise CorpusError(f"No row has all of {names}, so there is nothing to score.{_first(refused)}")
    listed = [name for name, raw, read in zip(chosen, columns, as_lists, strict=True) if read is not raw and any(read)]
    notes = [f"“{name}” has lists written into its cells: each was read as several texts." for name in listed]
    notes += [
        f"“{name}” has several references in a cell, with {mark} between them: each was read as one."
        for name, (_, mark) in zip(references, divided, strict=True)
        if mark
    ]
    return Pairs(tuple(pairs), tuple(refused), tuple(notes))


def _first(refused: Sequence[Refused]) -> str:
    """Why the first rows are refused, for a message."""
    said = "".join(f" Row {each.number:,}: {each.why}." for each in refused[:FIRST])
    return said + (f" And {len(refused) - FIRST:,} more." if len(refused) > FIRST else "")


def _check_columns(table: Table, references: list[str], chosen: list[str]) -> None:
    if not references:
        raise CorpusError("No column of references is chosen; choose at least one.")
    for column in chosen:
        if column not in table.columns:
            raise CorpusError(f"There is no column {column!r}; the file has {', '.join(table.columns[:10])}.")
    if len(set(chosen)) != len(chosen):
        raise CorpusError("The same column is chosen twice; reference and candidate must be different columns.")


def _texts(cell: Cell) -> tuple[str, ...]:
    """The texts that are there."""
    return tuple(each for each in (cell if isinstance(cell, tuple) else (cell,)) if not is_missing(each))


def _one_text(cell: Cell) -> str | None:
    return next(iter(_texts(cell)), None)


def _why_not(references: tuple[str, ...], names: list[str], written: list[Cell], writers: list[str]) -> str | None:
    """Why a row is no pair; None if it is one."""
    if not references:
        return (
            f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} missing, so there is nothing to compare with"
        )
    for cell, name in zip(written, writers, strict=True):
        if len(_texts(cell)) > 1:
            return f"{name} is a list of {len(_texts(cell))} texts; a candidate is one text"
        if not _texts(cell):
            return f"{name} is missing"
    for text in (*references, *map(_one_text, written)):
        if len(text) > MAX_CELL_CHARACTERS:
            return f"a text has {len(text):,} characters; up to {MAX_CELL_CHARACTERS:,} are scored"
        if text.count("\n") >= MAX_CELL_LINES:
            return f"a text has {text.count(chr(10)) + 1:,} lines; up to {MAX_CELL_LINES} are scored"
    return None


def _divided(cells: list[Cell], candidates: list[Cell]) -> tuple[list[Cell], str]:
    """The references of cells that have several with a mark between them, and the mark; the same cells without one.

    A mark that the candidates have too is part of the texts.
    """
    marks = {mark[0].strip() for each in cells if isinstance(each, str) for mark in BETWEEN_REFERENCES.finditer(each)}
    written = [text for cell in candidates for text in _texts(cell)]
    if len(marks) != 1 or any(BETWEEN_REFERENCES.search(text) for text in written):
        return cells, ""
    texts = [
        tuple(text for text in BETWEEN_REFERENCES.split(each) if text) if isinstance(each, str) else each
        for each in cells
    ]
    return texts, marks.pop()


def _read_lists(cells: list[Cell]) -> list[Cell]:
    """Lists written into the cells of a column; the same cells where none has a text in it, as [1] has none.

    Beside texts [] is one, as an answer in code is; in a column of nothing else it is what it says, no text.
    """
    read = list(map(_read_list, cells))
    empty = all(is_missing(cell) or (isinstance(cell, str) and is_empty_list(cell)) for cell in cells)
    return read if empty or any(cell and cell is not raw for cell, raw in zip(read, cells, strict=True)) else cells


def _read_list(cell: Cell) -> Cell:
    """A list of texts written into a cell, as pandas writes lists and numpy's arrays; any other cell as it is.

    What is missing in it is no text: None, null, nan.
    """
    text = cell.strip() if isinstance(cell, str) else ""
    if text[:1] + text[-1:] not in ("[]", "()"):
        return cell
    try:
        values = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        values = _quoted(text)
    flat = [text for each in values or () for text in (each if isinstance(each, list) else [each])]  # [["one"], null]
    if values is None or not all(isinstance(each, str | None) for each in flat):
        return cell
    return tuple(each for each in flat if each is not None)


def _quoted(cell: str) -> list[str | None] | None:
    """What is in "['one', 'two', nan]", commas or not, lists in it or not; None if that is more than texts."""
    skipped = (tokenize.NEWLINE, tokenize.NL, tokenize.ENDMARKER)
    try:
        tokens = [each for each in tokenize.generate_tokens(io.StringIO(cell).readline) if each.type not in skipped]
        inside = [each for each in tokens[1:-1] if each.string not in _BETWEEN]
        if all(each.type == tokenize.STRING or each.string in MISSING for each in inside):
            return [literal_eval(each.string) if each.type == tokenize.STRING else None for each in inside]
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    return None
