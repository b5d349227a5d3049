"""A text is flagged if one of some words is in it. No torch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lib.alignment.errors import AlignmentError
from lib.alignment.toxicity.texts import Labelled

MOST_WORDS = 60
MASK = "****"
KEPT = 2_000
"""Texts looked through: a moved threshold changes none, and each is searched for every word."""


@dataclass(frozen=True)
class WordList:
    """Upper and lower case are the same."""

    words: tuple[str, ...]
    inside: bool = False
    """Whether a word also counts inside another: "kill" in "skills"."""

    def found(self, text: str) -> tuple[str, ...]:
        """The listed words that are in the text."""
        return _found(self, text)

    def flags(self, text: str) -> bool:
        return bool(self.found(text))

    def pattern(self, word: str) -> str:
        return re.escape(word) if self.inside else rf"(?<!\w){re.escape(word)}(?!\w)"


@lru_cache(KEPT)
def _found(listed: WordList, text: str) -> tuple[str, ...]:
    return tuple(word for word in listed.words if re.search(listed.pattern(word), text, re.IGNORECASE))


def word_list(typed: str, *, inside: bool = False) -> WordList:
    """The words of a line, with commas between them. Raises AlignmentError where there is none, or too many."""
    words = tuple(dict.fromkeys(" ".join(part.lower().split()) for part in typed.split(",") if part.strip()))
    if not words:
        raise AlignmentError("The list has no word, so it flags nothing; write some with commas between them")
    if len(words) > MOST_WORDS:
        raise AlignmentError(f"The list may have at most {MOST_WORDS} words; it has {len(words)}")
    return WordList(words, inside)


@lru_cache(KEPT)
def masked(text: Labelled, mask: WordList) -> str:
    """The text as it is shown and exported: where it is rude its listed words are masked, their endings with them, and
    spellings with digits too ("stup1d"); in a harmless one the words are what it is about."""
    if not text.rude:
        return text.text
    shown = text.text
    for word in sorted(mask.words, key=len, reverse=True):
        shown = re.sub(rf"(?<!\w){re.escape(word)}\w*", MASK, shown, flags=re.IGNORECASE)
    return re.sub(r"\b\w*[a-z]\d+[a-z]\w*\b", MASK, shown, flags=re.IGNORECASE)
