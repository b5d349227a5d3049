"""Finding a term by its name, by another name for it, or by what is said of it."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache

from lib.lesson.glossary.terms import Term, bare, glossary

EXACT, STARTS, CONTAINS, SAID, NOT = range(5)
"""How well a term fits, best first."""
ALIKE = 0.7
"""From 0 to 1, how alike two names must be for one to be offered in place of the other (difflib's default is 0.6)."""


def look_up(words: str) -> tuple[Term, ...]:
    """The terms that fit, best first: by a name, then by what is said of them. All of them where nothing is asked."""
    asked, parts = bare(words), [bare(part) for part in words.split() if bare(part)]
    if not asked:
        return () if words.strip() else glossary()
    fits = {each: _fits(each, asked, parts) for each in glossary()}
    return tuple(sorted((each for each in glossary() if fits[each] < NOT), key=fits.__getitem__))


def did_you_mean(words: str) -> tuple[Term, ...]:
    """At most three terms with a name that looks like this one, for who has mistyped it."""
    by_name = {name: each for each in glossary() for name in _names(each)}
    close = get_close_matches(bare(words), by_name, n=6, cutoff=ALIKE)
    return tuple(dict.fromkeys(by_name[name] for name in close))[:3]


def _fits(each: Term, asked: str, parts: list[str]) -> int:
    names = _names(each)
    if asked in names:
        return EXACT
    if any(name.startswith(asked) for name in names):
        return STARTS
    if len(asked) > 1 and any(asked in name or all(part in name for part in parts) for name in names):
        return CONTAINS
    said = _words_said(each)
    return SAID if all(any(word.startswith(part) for word in said) for part in parts) else NOT


@cache
def _names(each: Term) -> tuple[str, ...]:
    return tuple(map(bare, each.names))


@cache
def _words_said(each: Term) -> frozenset[str]:
    return frozenset(bare(word) for word in each.says.split())
