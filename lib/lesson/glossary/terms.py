"""Every term from its file, and the words of a chapter."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache

from lib.places import ASSETS
from lib.sources import Source

FILE = ASSETS / "lesson" / "glossary.json"


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the course."""

    term: str
    also: tuple[str, ...]
    """Its abbreviation, and other names that one may read for it."""
    says: str
    """What it means, in one to three sentences."""
    chapter: str
    """The slug of the chapter in which it is seen first."""
    source: Source | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.term, *self.also)

    @property
    def heading(self) -> str:
        """The term with its other names in brackets."""
        return f"{self.term} ({', '.join(self.also)})" if self.also else self.term


@cache
def glossary() -> tuple[Term, ...]:
    """Every term, by the alphabet. Raises ValueError where two terms go by one name."""
    names = Counter(bare(name) for each in _in_file() for name in each.names)
    twice = [name for name, times in names.items() if times > 1]
    if twice:
        raise ValueError(f"Two terms go by one name: {', '.join(twice)}")
    return tuple(sorted(_in_file(), key=lambda each: bare(each.term)))


@cache
def words_of(slug: str) -> tuple[Term, ...]:
    """The terms that a chapter introduces, in the order of the file."""
    return tuple(each for each in _in_file() if each.chapter == slug)


def bare(text: str) -> str:
    """Letters and digits only, small and without accents, so that “KV-cache”, “kv cache” and “KVCache” are one."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text).casefold() if sign.isalnum())


@cache
def _in_file() -> tuple[Term, ...]:
    return tuple(map(_term, json.loads(FILE.read_text(encoding="utf-8"))))


def _term(row: dict) -> Term:
    source = Source(**row["source"]) if "source" in row else None
    return Term(row["term"], tuple(row["also"]), row["says"], row["chapter"], source)
