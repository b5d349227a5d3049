"""Which column is what: names that evaluation tools write, never an id or a number taken for a text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from lib.metrics.corpus.reading.table import Table, is_missing
from lib.places import ASSETS

MAX_NAME_WORDS, MAX_NAME_CHARACTERS = 4, 40
LOOKED_AT = 200
"""Rows from which a column of texts is told from one of ids."""
ID = re.compile(r"[\w./:#-]*\d[\w./:#-]*", re.ASCII)
"""One word with a digit in it, such as 17, doc-3 or 5f1c."""
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?|true|false", re.IGNORECASE)
_VERDICTS = ("true", "false", "yes", "no", "0", "1", "0.0", "1.0")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True)
class Guess:
    """The columns that most look like references and a candidate; None where nothing does."""

    references: tuple[str, ...]
    candidate: str | None
    labels: bool = False
    """Whether both hold classes, as a classifier writes them."""

    @property
    def problem(self) -> str | None:
        """What is missing, for a page that cannot go on by itself."""
        if self.references and self.candidate:
            if not self.labels:
                return None
            return (
                f"“{self.references[0]}” and “{self.candidate}” hold only numbers, true or false: they are labels, and "
                "BLEU and ROUGE compare texts. Choose columns of texts, or upload another file."
            )
        lacking = "a candidate" if self.references else "a reference"
        return f"No column looks like {lacking}: ids and numbers are not texts. Choose columns, or upload another file."


@cache
def known_names() -> dict[str, dict[str, int]]:
    """For each role its names, with their place in the order of trust."""
    entries = json.loads((ASSETS / "metrics" / "columns.json").read_text(encoding="utf-8"))
    roles: dict[str, dict[str, int]] = {}
    for entry in entries:
        names = roles.setdefault(entry["role"], {})
        for name in entry["names"]:
            names.setdefault(name, len(names))
    return roles


def guess_columns(table: Table) -> Guess:
    """By name first; a side that no name gives is taken from the texts that are left, in their order."""
    guess = _guess(table, [column for column in table.columns if not _is_label(table, column)])
    if guess.problem is None:
        return guess
    return _guess(table, [column for column in table.columns if not _names_a_few(table, column)])


def _guess(table: Table, columns: list[str]) -> Guess:
    texts = [column for column in columns if _is_text(table, column)]
    reference = named = _named(columns, "reference", texts)
    beside = [column for column in columns if column != reference]
    if reference:  # logs of several kinds of events: what never stands in one row with the reference is no candidate
        beside = [column for column in beside if _share_a_row(table, reference, column)] or beside
    candidate = named_candidate = _named(beside, "candidate", texts)
    if reference is None and candidate is None:
        reference = _first_of_two(texts)
    for role in ("candidate", "reference") if reference else ("reference", "candidate"):
        if (reference if role == "reference" else candidate) is None:
            left = [column for column in texts if column not in (reference, candidate)]
            if role == "reference" and named_candidate:  # response_b beside response_a is no reference for it
                left = [column for column in left if _stem(column) != _stem(candidate)]
            found = _named(left, "either", texts) or next(iter(_free(left)), None)
            reference, candidate = (found, candidate) if role == "reference" else (reference, found)
    further = _further(columns, named, candidate) if named else ()
    chosen = (reference, *further) if reference else ()
    return Guess(chosen, candidate, bool(chosen and candidate) and _are_classes(table, [*chosen, candidate]))


def _share_a_row(table: Table, one: str, other: str) -> bool:
    cells = zip(table.frame[one], table.frame[other], strict=True)
    return any(not is_missing(a) and not is_missing(b) for a, b in cells)


def has_known_name(cells: Sequence[str]) -> bool:
    """Whether one of these is a name that tools write, or has such a name among its words."""
    known = _all_known()
    return any(
        known & {"_".join(_words_of_name(cell)), *_words_of_name(cell)}
        for cell in cells
        if len(_words_of_name(cell)) <= MAX_NAME_WORDS
    )


def is_known_name(cell: str) -> bool:
    """Whether this is as a whole a name that tools write."""
    return "_".join(_words_of_name(cell)) in _all_known()


def _all_known() -> set[str]:
    return {name for names in known_names().values() for name in names}


def looks_like_names(cells: Sequence[str]) -> bool:
    """Whether a first row is a header. Names are short; a sentence or a number among them is a row of texts."""
    words = [_words_of_name(cell) for cell in cells]
    known = _all_known()
    if any(_is_sentence(cell) or re.fullmatch(r"[\d.,]+", cell.strip()) for cell in cells):
        return False
    if any("_".join(each) in known for each in words) or all(known & set(each) for each in words):
        return True
    return not any(len(cell.split()) > 1 for cell in cells)


def _is_sentence(cell: str) -> bool:
    text = cell.strip()
    return (
        len(text) > MAX_NAME_CHARACTERS
        or len(text.split()) > MAX_NAME_WORDS
        or text.endswith((".", "!", "?", "。", "！", "？", "।"))
        or len(_UNSPACED.findall(text)) > 6
    )


def _words_of_name(name: str) -> list[str]:
    """ "modelOutput_2" is model, output, 2."""
    return re.findall(r"[a-z]+|\d+|[^\W\d_a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip()).lower())


def _first_of_two(texts: Sequence[str]) -> str | None:
    """Where no name tells the sides apart, the one that stands first is the reference: "original, paraphrase"."""
    named = [column for column in texts if "_".join(_words_of_name(column)) in known_names()["either"]]
    return next(iter(_free(texts)), None) if len(named) == 1 and len(_free(texts)) > 1 else None


def _named(columns: Sequence[str], role: str, texts: Sequence[str]) -> str | None:
    """The column whose whole name is the most trusted of the role's, else one that has such a name among its words.

    Of the latter one of `texts` first: "response.status" is no text where "response.body" is one.
    """
    names = known_names()[role]
    whole = [
        (names[name], at) for at, column in enumerate(columns) if (name := "_".join(_words_of_name(column))) in names
    ]
    if whole:
        return columns[min(whole)[1]]
    barred = set(known_names()["neither"]) | {
        name for other in ("reference", "candidate") if other != role for name in known_names()[other]
    }
    if role == "reference":  # "model reference" is a reference, "reference model" is none
        barred -= set(known_names()["candidate"])
    part = [
        (column not in texts, names[word], at)
        for at, column in enumerate(columns)
        if not barred & set(_words_of_name(column)) or (role == "reference" and _last_is_in(names, column))
        for word in _words_and_pairs(column)
        if word in names
    ]
    return columns[min(part)[2]] if part else None


def _last_is_in(names: dict[str, int], column: str) -> bool:
    """Whether "inputs.ground_truth" is called by one of these names where it was found, here among what was given."""
    where, _, name = column.rpartition(".")
    return bool(where) and "_".join(_words_of_name(name)) in names


def _words_and_pairs(column: str) -> list[str]:
    words = _words_of_name(column)
    return words + ["_".join(pair) for pair in pairwise(words)]


def _free(columns: Sequence[str]) -> list[str]:
    """Columns that are not known to be something else."""
    neither = known_names()["neither"]
    return [column for column in columns if not set(_words_and_pairs(column)) & set(neither)]


def _is_text(table: Table, column: str) -> bool:
    """Not a column of ids, of numbers, or of nothing."""
    cells = [cell for cell in table.frame[column].head(LOOKED_AT) if not is_missing(cell)]
    flat = [text for cell in cells for text in (cell if isinstance(cell, tuple) else (cell,))]
    return bool(flat) and not all(ID.fullmatch(text.strip()) for text in flat)


def _are_classes(table: Table, columns: list[str]) -> bool:
    """Whether they hold classes and no texts: only 0 and 1, true and false, or numbers under a name such as "label".

    Other numbers may be answers: a target of 42 and a prediction of 42 are texts.
    """
    cells = [cell for column in columns for cell in table.frame[column].head(LOOKED_AT) if not is_missing(cell)]
    if not all(isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()) for cell in cells):
        return False
    named = any({"label", "labels", "class", "classes"} & set(_words_of_name(column)) for column in columns)
    return named or all(cell.strip().lower() in _VERDICTS for cell in cells)


def _is_label(table: Table, column: str) -> bool:
    """Whether a column says something of a text: "model" or "system" with one word a cell, "correct" with yes or no."""
    name, cells = (
        "_".join(_words_of_name(column)),
        [c for c in table.frame[column].head(LOOKED_AT) if not is_missing(c)],
    )
    if name in known_names()["verdict"]:
        return all(isinstance(cell, str) and cell.strip().lower() in _VERDICTS for cell in cells)
    if name not in known_names()["writer"]:
        return False
    return not any(isinstance(cell, tuple) or len(cell.split()) > 1 or _UNSPACED.search(cell) for cell in cells)


def _names_a_few(table: Table, column: str) -> bool:
    """Whether a column of who wrote has the same few names again and again, which no column of answers has."""
    cells = [cell for cell in table.frame[column].head(LOOKED_AT) if not is_missing(cell)]
    return "_".join(_words_of_name(column)) in known_names()["writer"] and len(cells) >= 2 * len(set(cells))


def _further(columns: Sequence[str], reference: str, candidate: str | None) -> tuple[str, ...]:
    """More references: the same name but for a number or a letter at its end, as ref0 and ref1, refA and refB."""
    stem = _stem(reference)
    return tuple(
        column
        for column in columns
        if column not in (reference, candidate) and _stem(column) == stem and not re.search(r" \(\d+\)$", column)
    )


def _stem(column: str) -> str:
    words = _words_of_name(column)
    while len(words) > 1 and (words[-1].isdigit() or len(words[-1]) == 1):
        words.pop()
    return "_".join(words).removesuffix("s")
