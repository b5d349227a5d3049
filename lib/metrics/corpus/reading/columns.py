"""Which column is what: by name first, and never an id or a number taken for a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lib.metrics.corpus.reading.names import UNSPACED, is_named, known_names, words_and_pairs, words_of_name
from lib.metrics.corpus.reading.table import Cell, Table, is_empty_list, is_missing

LOOKED_AT = 200
"""Rows from which a column of texts is told from one of ids."""
ID = re.compile(r"[\w./:#-]*\d[\w./:#-]*", re.ASCII)
"""One word with a digit in it, such as 17, doc-3 or 5f1c."""
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?|true|false", re.IGNORECASE)
_NO_ORIGINAL = ("reference", "candidate", "translation", "translated back")
"""What "original" goes with where it means no source: "original translation", "original prediction"."""
_WRITTEN = ("output", "answer", "summary", "completion", "result")
"""What models write; two of a kind are two models'."""
_VERDICTS = ("true", "false", "yes", "no", "0", "1", "0.0", "1.0")


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
        return (
            f"No column looks like {lacking}: ids, numbers and what was to be translated or answered are none. "
            "Choose columns, or upload another file."
        )


def guess_columns(table: Table) -> Guess:
    """By name first; a side that no name gives is taken from the texts that are left, in their order."""
    round_trip, columns = _originals(table)
    if round_trip:
        return round_trip
    columns = tuple(column for column in columns if not _is_empty_twin(table, column, columns))
    guess = _guess(table, [column for column in columns if not _is_label(table, column)])
    if guess.problem is None:
        return guess
    again = _guess(table, [column for column in columns if not _names_a_few(table, column)])
    return guess if _is_judged(table, again) else again


def _originals(table: Table) -> tuple[Guess | None, tuple[str, ...]]:
    """What an "original" is beside translations, and the columns in which a side is looked for.

    It is the reference of what was translated back into its language, and the source of any other translation: left
    out then. Beside a paraphrase, a summary or a prediction it may be a reference, as any first column.
    """
    sides = [column for column in table.columns if _is_text(table, column) and not _is_about(column)]
    originals = [column for column in sides if _is_of(column, "original") and not _is_of(column, *_NO_ORIGINAL)]
    back = [column for column in sides if _is_of(column, "translated back")]
    if originals and back and not any(_is_of(column, "reference") for column in sides):
        return Guess((originals[0],), back[0]), table.columns
    translated = any(_is_of(column, "translation") for column in sides if column not in originals)
    return None, tuple(column for column in table.columns if not (translated and column in originals))


def _is_of(column: str, *roles: str) -> bool:
    """Whether a name of these roles is among its words."""
    return any(word in known_names()[role] for word in words_and_pairs(column) for role in roles)


def _is_about(column: str) -> bool:
    """Whether it says something of a side and is none: "translation score"."""
    return not _free([column])


def _is_judged(table: Table, guess: Guess) -> bool:
    """Whether what would be the reference only says of each text that it is right: "correct" with True or False."""
    judged = any("correct" in words_of_name(column) and _is_label(table, column) for column in guess.references)
    return judged and guess.candidate is not None and _has_several_words(table, guess.candidate)


def _guess(table: Table, columns: list[str]) -> Guess:
    texts = [column for column in columns if _is_text(table, column)]
    reference = named = _named(columns, "reference", texts)
    beside = [column for column in columns if column != reference]
    if reference:  # logs of several kinds of events: what never stands in one row with the reference is no candidate
        beside = [column for column in beside if _share_a_row(table, reference, column)] or beside
    candidate = named_candidate = _named(beside, "candidate", texts)
    if reference is None and candidate is None:
        texts = _without_codes(table, texts)
        reference = _first_of_two(texts)
    else:  # beside a prediction of 72 an answer of 72 is a text
        texts = [column for column in columns if column in texts or is_named(column, "number")]
    for role in ("candidate", "reference") if reference else ("reference", "candidate"):
        if (reference if role == "reference" else candidate) is None:
            left = [column for column in texts if column not in (reference, candidate)]
            if role == "reference" and named_candidate:  # response_b beside response_a is no reference for it
                left = [column for column in left if _stem(column) != _stem(candidate)]
            found = _named(left, "either", texts) or next(iter(_free(left)), None)
            reference, candidate = (found, candidate) if role == "reference" else (reference, found)
    if reference and not named and candidate and _are_rivals(reference, candidate):
        reference = None
    further = _further(columns, named, candidate) if named else ()
    chosen = (reference, *further) if reference else ()
    return Guess(chosen, candidate, bool(chosen and candidate) and _are_classes(table, [*chosen, candidate]))


def _are_rivals(one: str, other: str) -> bool:
    """Whether two systems wrote them, as "output_1" and "output_2"; "text_1" and "text_2" may be a pair."""
    stem = _stem(one)
    return one != other and stem == _stem(other) and stem in _WRITTEN


def _share_a_row(table: Table, one: str, other: str) -> bool:
    cells = zip(table.frame[one], table.frame[other], strict=True)
    return any(not is_missing(a) and not is_missing(b) for a, b in cells)


def _first_of_two(texts: Sequence[str]) -> str | None:
    """Where no name tells the sides apart, the one that stands first is the reference: "original, paraphrase"."""
    named = [column for column in texts if is_named(column, "either")]
    return next(iter(_free(texts)), None) if len(named) == 1 and len(_free(texts)) > 1 else None


def _without_codes(table: Table, texts: list[str]) -> list[str]:
    """Without columns of single words beside texts, or of the same word beside others: such are codes of languages."""
    for says_more in (_has_several_words, _has_several_cells):
        left = [column for column in texts if is_named(column, "either") or says_more(table, column)]
        if len(left) > 1:
            return left
    return texts


def _filled_cells(table: Table, column: str) -> list[Cell]:
    """Of the rows that are looked at."""
    return [cell for cell in table.frame[column].head(LOOKED_AT) if not is_missing(cell)]


def _is_empty_twin(table: Table, column: str, columns: Sequence[str]) -> bool:
    """Whether it holds nothing where another of its side holds texts: "predictions" beside "data.prediction"."""
    if not all(map(is_missing, table.frame[column])):
        return False
    sides = [role for role in ("reference", "candidate") if is_named(column, role)]
    others = [other for other in columns if other != column and _is_of(other, *sides)]
    return any(not all(map(is_missing, table.frame[other])) for other in others)


def _has_several_words(table: Table, column: str) -> bool:
    return any(
        isinstance(cell, tuple) or len(cell.split()) > 1 or len(UNSPACED.findall(cell)) > 4
        for cell in _filled_cells(table, column)
    )


def _has_several_cells(table: Table, column: str) -> bool:
    return table.frame[column].head(LOOKED_AT).nunique() > 1


def _named(columns: Sequence[str], role: str, texts: Sequence[str]) -> str | None:
    """The column whose whole name is the most trusted of the role's, else one that has such a name among its words.

    Of the latter one of `texts` first: "response.status" is no text where "response.body" is one.
    """
    names = known_names()[role]
    whole = [
        (names[name], at) for at, column in enumerate(columns) if (name := "_".join(words_of_name(column))) in names
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
        if not barred & set(words_and_pairs(column)) or _is_named_within(column, role)
        for word in words_and_pairs(column)
        if word in names
    ]
    return columns[min(part)[2]] if part else None


def _is_named_within(column: str, role: str) -> bool:
    """Whether "inputs.ground_truth" is called a reference where it was found, here among what was given.

    "inputs.response" is a candidate; "metadata.model" says who wrote it.
    """
    where, _, name = column.rpartition(".")
    return bool(where) and is_named(name, role) and not (role == "candidate" and is_named(name, "writer"))


def _free(columns: Sequence[str]) -> list[str]:
    """Columns that are not known to be something else."""
    neither = known_names()["neither"]
    return [column for column in columns if not set(words_and_pairs(column)) & set(neither)]


def _is_text(table: Table, column: str) -> bool:
    """Not a column of ids, of numbers, or of nothing."""
    cells = _filled_cells(table, column)
    flat = [text for cell in cells for text in (cell if isinstance(cell, tuple) else (cell,))]
    return not all(map(is_empty_list, flat)) and not all(ID.fullmatch(text.strip()) for text in flat)


def _are_classes(table: Table, columns: list[str]) -> bool:
    """Whether they hold classes and no texts: only 0 and 1, true and false, or numbers under a name such as "label".

    Other numbers may be answers: a target of 42 and a prediction of 42 are texts.
    """
    cells = [cell for column in columns for cell in _filled_cells(table, column)]
    if not all(isinstance(cell, str) and _NUMBER.fullmatch(cell.strip()) for cell in cells):
        return False
    named = any({"label", "labels", "class", "classes"} & set(words_of_name(column)) for column in columns)
    return named or all(cell.strip().lower() in _VERDICTS for cell in cells)


def _is_label(table: Table, column: str) -> bool:
    """Whether a column says something of a text: "model" or "system" with one word a cell, "correct" with yes or no."""
    cells = _filled_cells(table, column)
    if is_named(column, "verdict"):
        return all(isinstance(cell, str) and cell.strip().lower() in _VERDICTS for cell in cells)
    return is_named(column, "writer") and not any(
        isinstance(cell, tuple) or len(cell.split()) > 1 or UNSPACED.search(cell) for cell in cells
    )


def _names_a_few(table: Table, column: str) -> bool:
    """Whether a column of who wrote has the same few names again and again, which no column of answers has."""
    cells = _filled_cells(table, column)
    return is_named(column, "writer") and len(cells) >= 2 * len(set(cells))


def _further(columns: Sequence[str], reference: str, candidate: str | None) -> tuple[str, ...]:
    """More references: the same name but for a number or a letter at its end, as ref0 and ref1, refA and refB."""
    stem = _stem(reference)
    return tuple(
        column
        for column in columns
        if column not in (reference, candidate) and _stem(column) == stem and not re.search(r" \(\d+\)$", column)
    )


def _stem(column: str) -> str:
    words = words_of_name(column)
    while len(words) > 1 and (words[-1].isdigit() or len(words[-1]) == 1):
        words.pop()
    return "_".join(words).removesuffix("s")
