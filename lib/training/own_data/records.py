"""Pasted or uploaded bytes as rows, told apart by content: CSV, TSV, JSON, JSONL, or plain text. No torch.

Encodings and tables are read by the corpus page's reader, which names every oddity of a file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from lib.metrics.corpus.reading.delimited import DELIMITERS, read_delimited
from lib.metrics.corpus.reading.encoding import Page, decode
from lib.metrics.corpus.reading.names import looks_like_names
from lib.training.errors import TrainingError
from lib.training.own_data.texts import MAX_BYTES, MIN_TEXTS, Refused

LINE = "line"
"""The column of plain text, which has no name of its own."""
LOOKED_AT = 50
"""Lines by which a table is told from plain text."""
AS_UTF_8 = "save it as UTF-8 and give that"
OWN_DATA = Page(use="learnt", otherwise=AS_UTF_8, unknown=AS_UTF_8)
"""Texts are learnt here, and no encoding can be chosen."""
HALF_A_CHARACTER = re.compile(r"[\ud800-\udfff]")
"""In JSON, \\ud83d and \\ude00 are the halves of an emoji: one alone is no character, and no tokenizer takes it."""


@dataclass(frozen=True)
class Records:
    columns: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, Any]], ...]
    """(number, what stands in each column)."""
    kind: str
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()


def read_records(data: bytes | str, known_columns: frozenset[str]) -> Records:
    """Rows of what was given; TrainingError, or the CorpusError of its encoding, in one sentence where there are none.

    known_columns  names, in lower case, by which a first line is known as a header
    """
    size = len(data.encode("utf-8", "replace")) if isinstance(data, str) else len(data)
    if size > MAX_BYTES:
        raise TrainingError(
            f"This has {size / 1e6:,.1f} MB; up to {MAX_BYTES / 1e6:.0f} MB are learnt from here, so take a part of it"
        )
    if not data.strip():
        found = "There are only blanks here, and no text" if data else "There is no text here"
        raise TrainingError(f"{found}; paste at least {MIN_TEXTS} texts, one a line, or upload a file that has some")
    text, notes = (data, ()) if isinstance(data, str) else _decoded(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if "\x00" in text:
        raise TrainingError("This is binary, not text; save it as TXT, CSV or JSONL and give that")
    records = _json(text) or _table(text, known_columns) or _plain(text)
    return Records(records.columns, records.rows, records.kind, records.refused, (*notes, *records.notes))


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    decoded = decode(data, page=OWN_DATA)
    return decoded.text, decoded.notes


def _json(text: str) -> Records | None:
    """A list of objects, an object that holds one, or an object a line; None for what does not begin as either."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        values, refused = _lines_of_json(text)
        kind = "JSONL, one object a line"
    else:
        values, refused, kind = list(enumerate(_entries(whole), start=1)), [], "JSON"
    objects = [(number, value) for number, value in values if isinstance(value, dict)]
    broken = {number for number, value in objects if _is_broken(value)}
    refused += [Refused(n, "it is not a JSON object") for n, value in values if not isinstance(value, dict)]
    refused += [Refused(n, "it has half a character, such as \\ud83d alone") for n in sorted(broken)]
    rows = tuple(each for each in objects if each[0] not in broken)
    if not rows:
        if text.lstrip().startswith("[") and not values:
            return None  # a plain text may begin with a bracket
        raise TrainingError(
            'This begins as JSON, but no line of it is an object such as {"instruction": "…", "response": "…"}'
        )
    columns = tuple(dict.fromkeys(str(key) for _, row in rows for key in row))
    return Records(columns, rows, kind, tuple(refused))


def _is_broken(value: Any) -> bool:
    """Whether half a character stands in it, or in what it holds."""
    if isinstance(value, dict):
        return any(_is_broken(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return any(_is_broken(each) for each in value)
    return isinstance(value, str) and HALF_A_CHARACTER.search(value) is not None


def _entries(whole: Any) -> list[Any]:
    """The rows of one JSON value: a list, the one list of objects in an object, or the object alone."""
    if isinstance(whole, list):
        return whole
    lists = [each for each in whole.values() if isinstance(each, list) and each and isinstance(each[0], dict)]
    is_chat = any(isinstance(each[0].get("role", each[0].get("from")), str) for each in lists)
    return lists[0] if len(lists) == 1 and not is_chat else [whole]


def _lines_of_json(text: str) -> tuple[list[tuple[int, Any]], list[Refused]]:
    values, refused = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values.append((number, json.loads(line)))
        except (ValueError, RecursionError):
            refused.append(Refused(number, "the line is not valid JSON"))
    return values, refused


def _table(text: str, known_columns: frozenset[str]) -> Records | None:
    """CSV or TSV, where the first line has a known name, or where every line has the same one tab; else None."""
    lines = text.split("\n")
    header = any(
        {cell.strip().strip('"').lower() for cell in lines[0].split(delimiter)} & known_columns
        for delimiter in DELIMITERS
    )
    header = header or _is_even(lines)
    tabbed = all(line.count("\t") == 1 for line in lines[:LOOKED_AT])
    if not header and not tabbed:
        return None
    if header and len(lines) == 1:
        raise TrainingError("There is only a header; put at least two rows of texts below it")
    read = read_delimited(text, header)
    columns = read.columns if header else ("instruction", "response")
    rows = tuple((number, dict(zip(columns, cells, strict=False))) for number, cells in read.rows)
    notes = read.notes if header else ("There is no header: what stands before the tab was read as an instruction.",)
    return Records(columns, rows, read.kind, tuple(Refused(each.number, each.why) for each in read.refused), notes)


def _is_even(lines: list[str]) -> bool:
    """Whether every line has as many cells as the first, which looks like names of columns."""
    looked = [line for line in lines[:LOOKED_AT] if line.strip()]
    for delimiter in DELIMITERS:
        cells = looked[0].split(delimiter)
        if len(looked) > 1 < len(cells) and all(line.count(delimiter) == len(cells) - 1 for line in looked):
            return looks_like_names(cells)
    return False


def _plain(text: str) -> Records:
    """A text a paragraph where blank lines stand between paragraphs, else a text a line."""
    paragraphs = "\n\n" in text
    rows, at = [], 1
    for part in text.split("\n\n" if paragraphs else "\n"):
        if part.strip():
            rows.append((at, {LINE: part.strip()}))
        at += part.count("\n") + (2 if paragraphs else 1)
    return Records((LINE,), tuple(rows), f"plain text, one text a {'paragraph' if paragraphs else 'line'}")
