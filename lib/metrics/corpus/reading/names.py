"""What the name of a column says: names that tools write, and the same words in other languages."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from lib.places import ASSETS

MAX_NAME_WORDS, MAX_NAME_CHARACTERS = 4, 40
MAX_NAMES, LONGEST = 100, 200
"""No table has as many columns, and no name as many characters: what is beyond is not looked at."""
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of scripts without spaces between words."""
_COMPOUND = re.compile(rf"{UNSPACED.pattern}|[\uac00-\ud7a3]")
"""Those and Korean's, which writes compounds as one."""
_LATIN = "a-z\u00df-\u024f"
_WITH_SIGNS = "\u0900-\u109f\u1780-\u17ff"
"""From Hindi to Khmer: vowels are signs there, which `re` has for no letters."""
_WORD = re.compile(rf"[{_LATIN}]+|\d+|(?:[^\W\d_{_LATIN}]|[{_WITH_SIGNS}])+")


@cache
def known_names() -> dict[str, dict[str, int]]:
    """For each role its names, with their place in the order of trust."""
    entries = json.loads((ASSETS / "metrics" / "columns.json").read_text(encoding="utf-8"))
    roles: dict[str, dict[str, int]] = {}
    for entry in entries:
        names = roles.setdefault(entry["role"], {})
        for name in entry["names"]:
            names.setdefault(_without_accents(name), len(names))
    return roles


def is_named(column: str, *roles: str) -> bool:
    """Whether this is as a whole a name of one of the roles."""
    name = "_".join(words_of_name(column))
    return any(name in known_names()[role] for role in roles)


def is_known_name(cell: str) -> bool:
    """Whether this is as a whole a name that tools write."""
    return is_named(cell, *known_names())


def has_known_name(cells: Sequence[str]) -> bool:
    """Whether one of these is a name that tools write, or has such a name among its words."""
    return any(
        _is_all_names(cell) or (_has_name(cell) and len(words_of_name(cell)) <= MAX_NAME_WORDS)
        for cell in cells[:MAX_NAMES]
    )


def looks_like_names(cells: Sequence[str]) -> bool:
    """Whether a first row is a header. Names are short; a sentence or a number among them is a row of texts."""
    cells = cells[:MAX_NAMES]
    if any(re.fullmatch(r"[\d.,]+", cell.strip()) for cell in cells):
        return False
    if sum(map(_is_all_names, cells)) > 1:  # the name of a third may be as long as a sentence
        return True
    if any(map(_is_sentence, cells)):
        return False
    if any(map(is_known_name, cells)) or all(map(_has_name, cells)) or _names_both_sides(cells):
        return True
    return not any(len(cell.split()) > 1 for cell in cells)


def words_of_name(name: str) -> list[str]:
    """ "modelOutput_2" is model, output, 2; "Référence" is reference; "参考译文" is 参考, 译文."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", _without_accents(name.strip()[:LONGEST])).lower()
    return [word for run in _WORD.findall(parted) for word in _compounds().split(run) if word]


def words_and_pairs(column: str) -> list[str]:
    words = words_of_name(column)
    return words + ["_".join(pair) for pair in pairwise(words)]


@cache
def _all_known() -> frozenset[str]:
    return frozenset(name for names in known_names().values() for name in names)


@cache
def _compounds() -> re.Pattern:
    """Known names in scripts whose words stand together, the longest first."""
    names = sorted(filter(_COMPOUND.search, _all_known()), key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, names))})")


def _without_accents(name: str) -> str:
    """Latin letters without their marks; those of other scripts, as й and が, are letters with them."""
    bare = re.sub("(?<=[A-Za-z])[\u0300-\u036f]+", "", unicodedata.normalize("NFKD", name))
    return unicodedata.normalize("NFC", bare)


def _is_all_names(cell: str) -> bool:
    """Whether it has no word that is not known, as "Reference 1" and "模型翻译" have none."""
    words = {word for word in words_of_name(cell) if not word.isdigit()}
    return is_known_name(cell) or (bool(words) and words <= _all_known())


def _has_name(cell: str) -> bool:
    """Whether one of its words is known; "没问题" is no name for having 问题 in it."""
    return any(word in _all_known() and not UNSPACED.search(word) for word in words_of_name(cell))


def _names_both_sides(cells: Sequence[str]) -> bool:
    """Whether there are words for a reference and for a candidate: "English, Chinese reference, Chinese prediction"."""
    words = {word for cell in cells for word in words_of_name(cell) if not UNSPACED.search(word)}
    return not any(known_names()[role].keys().isdisjoint(words) for role in ("reference", "candidate"))


def _is_sentence(cell: str) -> bool:
    text = cell.strip()
    return (
        len(text) > MAX_NAME_CHARACTERS
        or len(text.split()) > MAX_NAME_WORDS
        or text.endswith((".", "!", "?", "。", "！", "？", "।"))
        or (len(UNSPACED.findall(text)) > 6 and not _is_all_names(text))
    )
