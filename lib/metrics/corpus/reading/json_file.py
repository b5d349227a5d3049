"""JSON in the shapes that people have: an object a line, a list, objects over several lines, column by column.

Not `pandas.read_json`, which turns "007" into 7 and a text that looks like a date into a date.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lib.metrics.corpus.reading.chat import NOTE, is_chat, spoken
from lib.metrics.corpus.reading.columns import ID
from lib.metrics.corpus.reading.names import has_known_name, is_named
from lib.metrics.corpus.reading.table import Cell, Refused
from lib.metrics.errors import CorpusError

Objects = list[tuple[int, Mapping[str, Any]]]
"""(row number, object)."""
TEXT_KEYS = ("text", "content", "value", "output", "response", "generated_text")
"""Under which an object that stands for a text has it, as HELM's {"output": {"text": "…"}} and Bedrock's responses."""
_SIDES = ("reference", "candidate")
_COMMENTS = re.compile(r"(\s*(//[^\n]*\n|/\*.*?\*/|#[^\n]*\n))+(?=\s*[{\[])", re.DOTALL)
_AROUND = re.compile(r"(```\w*\s*|((const|let|var)\s+)?\w+\s*=\s*)(?=[{\[])")
"""What stands before JSON that was copied from a chat or out of a script."""
DEEPEST_TABLE = 3
"""How deep in a report its rows are looked for."""
NO_OBJECT = 'it is not a JSON object like {"reference": "…", "candidate": "…"}'


def _own_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names stand twice loses nothing: the second "candidate" is "candidate (2)"."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name if name not in found else f"{name} ({sum(key.startswith(name) for key in found) + 1})"] = value
    return found


DECODER = json.JSONDecoder(object_pairs_hook=_own_names)


def json_in(text: str) -> tuple[str | None, list[str]]:
    """The JSON of a file that has some, and what was taken off it: comments above, marks around the whole."""
    above = _COMMENTS.match(text)  # not anywhere else: texts have # and // in them, as GSM8K's answers and addresses do
    found = text[above.end() if above else 0 :].lstrip()
    notes = ["Comments above the JSON were left out: it has none."] if found != text.lstrip() else []
    if around := _AROUND.match(found):
        found = found[around.end() :].rstrip().removesuffix("```").rstrip().removesuffix(";")
        notes.append(f"“{around[0].strip()}” before the JSON, and its end, were left out.")
    if found.startswith(('"[', '"{')):  # json.dumps of what was JSON already
        try:
            inside = json.loads(found)
        except ValueError:
            return None, []
        return inside, [*notes, "The file is JSON in quotation marks, written twice: it was read once more."]
    return (text if found == text.lstrip() else found, notes) if found[:1] in ("{", "[") else (None, [])


def read_json(text: str) -> tuple[tuple[str, ...], list[tuple[int, tuple[Cell, ...]]], list[Refused], str, list[str]]:
    """(columns, rows, refused rows, kind, notes); CorpusError in one sentence where there are no objects."""
    notes: list[str] = []
    try:
        whole = DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        values, refused = _stream(text, error)
        kind = "JSON, one object after the other"
    else:
        values, refused = list(enumerate(_entries(whole, notes), start=1)), []
        kind = "JSON list" if isinstance(whole, list) else "JSON"
    objects, others = _objects(values, notes)
    refused = [*refused, *others]
    columns = tuple(dict.fromkeys(key for _, each in objects for key in each))
    if not columns:
        first = f" Row {refused[0].number}: {refused[0].why}." if refused else ""
        raise CorpusError(f"No line is a JSON object with a reference and a candidate.{first}")
    if not has_known_name(columns) and not columns[0].startswith("column "):
        named = ", ".join(columns[:5])[:80]
        notes.append(f"None of the names in the file ({named}) says what is a reference and what a candidate.")
    rows = [(number, tuple(cell_of(each.get(column)) for column in columns)) for number, each in objects]
    return columns, rows, refused, kind, notes


def _stream(text: str, error: Exception) -> tuple[list[tuple[int, Any]], list[Refused]]:
    """Values one after the other, each over one line or several; else what can be read line by line."""
    at, values = 0, []
    try:
        while (at := _next(text, at)) < len(text):
            number = text.count("\n", 0, at) + 1
            value, at = DECODER.raw_decode(text, at)
            values.append((number, value))
        return values, []
    except (ValueError, RecursionError):
        pass
    values, refused = [], []
    lines = [] if text.lstrip().startswith("[") else text.split("\n")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                values.append((number, DECODER.decode(line)))
            except (ValueError, RecursionError):
                refused.append(Refused(number, "the line is not valid JSON"))
    if not any(isinstance(value, dict) for _, value in values):
        raise CorpusError(f"The file begins as JSON but is not valid JSON: {_what_is_wrong(text, error)}.") from error
    return values, refused


def _what_is_wrong(text: str, error: Exception) -> str:
    """Where a JSON text breaks off being that, and what would be right there."""
    if not isinstance(error, json.JSONDecodeError):
        return "it is nested too deep; put one object on each line"
    before = text[: error.pos].rstrip()
    if before.endswith(",") and text[error.pos : error.pos + 1] in ("]", "}"):
        return f"take out the comma {_place(text, len(before) - 1)}, which stands before a closing {text[error.pos]}"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
        return f"it breaks off in the middle, {_place(text, error.pos)}; save it again as a whole"
    if text[error.pos] in "'“”‘’":
        return f'{text[error.pos]} {_place(text, error.pos)} must be the straight double quotation mark, "'
    return (
        f"{_place(text, error.pos)} something else is expected ({error.msg[0].lower()}{error.msg[1:]}); "
        'put one object on each line, as in {"reference": "…", "candidate": "…"}'
    )


def _place(text: str, at: int) -> str:
    return f"at line {text.count(chr(10), 0, at) + 1:,}, column {at - text.rfind(chr(10), 0, at):,}"


def _next(text: str, at: int) -> int:
    """The next place that is no space, and no comma between objects."""
    while at < len(text) and text[at] in " \t\n\r,":
        at += 1
    return at


def _entries(value: dict | list, notes: list[str]) -> list[Any]:
    """The rows of one JSON value: its entries, or its columns put side by side."""
    if isinstance(value, list):
        return value
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):  # DataFrame.to_json("split")
        names = [str(name) for name in value["columns"]]
        return [dict(zip(names, row, strict=False)) if isinstance(row, list) else row for row in value["data"]]
    rows = value.get("rows")
    if (
        isinstance(rows, list)
        and rows
        and all(isinstance(each, dict) and isinstance(each.get("row"), dict) for each in rows)
    ):
        return [each["row"] for each in rows]  # as the hub's viewer of data sets answers
    # {"references": [{"text": "…"}, …]} is a row's, no table
    if (inside := _table_inside(value)) is not None:
        return inside
    listed = [each for key, each in value.items() if isinstance(each, list) and each and not is_named(key, "reference")]
    tables = [each for each in listed if isinstance(each[0], dict) and not is_chat(each)]
    if len(tables) == 1:  # {"version": …, "data": [{…}, …]}
        return tables[0]
    if tables and len(tables) == len(value):  # {"train": [{…}, …], "test": [{…}, …]}
        notes.append(f"{', '.join(f'“{key}”' for key in value)} were read one below the other.")
        return [row for table in tables for row in table]
    objects = {key: each for key, each in value.items() if isinstance(each, dict)}
    if len(objects) == len(value) and value and _share_a_key(list(objects.values())):
        return _by_index(objects)
    lists = {key: each for key, each in value.items() if isinstance(each, list)}
    if _is_by_id(value):
        raise CorpusError(
            f"The file has one text for each id ({', '.join(list(value)[:2])} …), as SQuAD's predictions have, and "
            "nothing to compare it with: put each reference beside its text."
        )
    return _by_column(lists, notes) if _is_by_column(value, lists) and not _is_row(value, lists) else [value]


def _table_inside(value: dict) -> list[dict] | None:
    """The one list in a report whose rows have both sides, as DeepEval's "testCases" and promptfoo's "results.results".

    None where the object itself says something of a side, or there are several such lists.
    """
    if any(is_named(key, *_SIDES) for key, each in value.items() if isinstance(each, str | list)):
        return None
    found = [rows for rows in _lists_of_objects(value) if _has_both_sides(rows[0])]
    return found[0] if len(found) == 1 else None


def _lists_of_objects(value: dict, depth: int = 0) -> Iterator[list[dict]]:
    for each in value.values():
        if isinstance(each, dict) and depth < DEEPEST_TABLE:
            yield from _lists_of_objects(each, depth + 1)
        elif isinstance(each, list) and each and all(isinstance(row, dict) for row in each) and not is_chat(each):
            yield each


def _has_both_sides(row: dict) -> bool:
    names = [name.rpartition(".")[2] for name in flattened(row, [])]
    given, written = (any(is_named(name, side) for name in names) for side in _SIDES)
    return (given or written) and ((given and written) or any(is_named(name, "either") for name in names))


def _is_by_id(value: dict) -> bool:
    """{"56be4db0": "a text", "5ad3f1a2": "another"}: what looks like the names of columns are the ids of rows."""
    texts = all(isinstance(each, str) or (isinstance(each, list) and len(each) == 1) for each in value.values())
    return len(value) > 1 and texts and not has_known_name(list(value)) and all(map(ID.fullmatch, value))


def _share_a_key(objects: list[dict]) -> bool:
    """Columns share the numbers of their rows, rows the names of their columns; parts of one row share nothing."""
    return len(objects) < 2 or any(set(objects[0]) & set(each) for each in objects[1:])


def _by_index(objects: dict[str, dict]) -> list[Any]:
    """{column: {index: cell}} as DataFrame.to_json writes it, or {index: {column: cell}}."""
    inner = {key for each in objects.values() for key in each}
    inside, outside = (any(is_named(key, *_SIDES, "either") for key in keys) for keys in (inner, objects))
    if inside and not outside:
        return list(objects.values())
    index = dict.fromkeys(key for column in objects.values() for key in column)
    return [{name: column.get(key) for name, column in objects.items()} for key in index]


def _is_by_column(value: dict, lists: dict[str, list]) -> bool:
    """Whether lists are columns. In a row of its own only references may be a list, and some text is none."""
    if len(lists) < 2:
        return False
    candidates = [key for key in value if is_named(key, "candidate")]
    references = [key for key in value if is_named(key, "reference")]
    if not candidates and not references:
        return len(lists) == len(value)
    return all(key in lists for key in references) and (any(key in lists for key in candidates) or not candidates)


def _is_row(value: dict, lists: dict[str, list]) -> bool:
    """One answer in a list beside several references: a single sample of lm-evaluation-harness, ids and all."""
    roles = {role: [cells for key, cells in lists.items() if is_named(key, role)] for role in _SIDES}
    one = all(len(cells) == 1 for cells in roles["candidate"])
    return len(lists) < len(value) and one and any(len(cells) > 1 for cells in roles["reference"])


def _by_column(lists: dict[str, list], notes: list[str]) -> list[dict]:
    """Rows from columns; a list of whole reference files, as sacrebleu takes them, becomes references row by row."""
    written = next((cells for key, cells in lists.items() if is_named(key, "candidate")), None)
    rows = max(map(len, lists.values())) if written is None else len(written)
    columns: dict[str, list] = {}
    for key, cells in lists.items():
        nested = bool(cells) and all(isinstance(each, list) for each in cells)
        if nested and len(cells) != rows and all(len(each) == rows for each in cells):
            cells = [list(each) for each in zip(*cells, strict=True)]
            notes.append(f"“{key}” has one list for each set of references, as sacrebleu takes them.")
        elif nested and len(cells) == rows > 1 and all(len(each) == rows for each in cells):
            notes.append(f"“{key}” was read as the references of row 1, of row 2 and so on.")
        if len(cells) == rows:
            columns[key] = cells
        elif is_named(key, "reference"):
            raise CorpusError(
                f"“{key}” lists {len(cells):,} and the candidates' column {rows:,}; both need as many entries."
            )
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _objects(values: Sequence[tuple[int, Any]], notes: list[str]) -> tuple[Objects, list[Refused]]:
    objects, refused, chats = [], [], []
    for number, value in values:
        if isinstance(value, dict):
            objects.append((number, flattened(value, chats)))
        elif isinstance(value, list) and len(value) > 1 and all(isinstance(each, str) for each in value):
            objects.append((number, {f"column {at}": each for at, each in enumerate(value, start=1)}))
        else:
            refused.append(Refused(number, NO_OBJECT))
    if chats:
        notes.append(NOTE)
    return objects, refused


def flattened(value: dict, chats: list[str], before: str = "") -> dict[str, Any]:
    """Objects in objects as "doc.answer"; of a conversation, whose name `chats` gets, what the assistant said last."""
    found: dict[str, Any] = {}
    for key, each in value.items():
        if isinstance(each, dict) and each:
            found |= flattened(each, chats, f"{before}{key}.")
        elif is_chat(each):
            chats.append(key)
            name = f"{before}assistant"
            found[name if name not in found else f"{before}{key}.assistant"] = list(spoken(each))
        else:
            found[f"{before}{key}"] = each
    return found


def cell_of(value: Any) -> Cell:
    """Texts and numbers are texts, a list of them is several texts; null, NaN and anything else is nothing."""
    if isinstance(value, list):
        texts = [_text_in(each) if isinstance(each, dict) else each for each in value]  # [{"text": "…", …}]
        cells = [cell for each in texts for cell in _several(cell_of(each))]
        return tuple(cells) or None
    if isinstance(value, str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return json.dumps(value) if isinstance(value, bool | int | float) else None


def _text_in(value: dict) -> Any:
    """What an object that stands for a text has as that; None where it has none."""
    found = next((value[key] for key in TEXT_KEYS if value.get(key) is not None), None)
    return _text_in(found) if isinstance(found, dict) else found


def _several(cell: Cell) -> tuple[str, ...]:
    return cell if isinstance(cell, tuple) else () if cell is None else (cell,)
