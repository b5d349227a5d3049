"""The works behind the citations: one a link, with authors and year where known; the lecture's own; searching."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from lib.curriculum import COURSE, slide_topics
from lib.lesson.glossary.terms import bare
from lib.lesson.references.citations import Citation, catalogue, citations, key_of

LECTURE, ALL, OTHER = "The lecture's", "All", "Web pages"
DATED = re.compile(r"(.{2,60}?) ((?:19|20)\d{2})[,:] (.+)")
"""“Hu et al. 2021, LoRA”."""
BY_SOMEBODY = re.compile(r"((?:[A-Z][\w.’'-]* ?){1,4}), (.+)")
"""“Hugging Face, transformers: chat templates”."""
CLAIM = re.compile(r": (?:(?:about|up to|over|more than|roughly) )?\d.*$")
"""What is taken from a work, written behind its title: “…: 25.2B, 3.8B active”."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One work, and where it is used."""

    title: str
    authors: str
    """As they are cited: “Hu et al.”, or who publishes the page; empty if not known."""
    year: int | None
    url: str | None
    """None where the lecture names a work without a link."""
    kind: str
    chapters: tuple[str, ...]
    """Slugs, in the order of the course."""
    slides: tuple[str, ...] = ()
    """The lecture's slides that refer to it."""
    note: str = ""

    @property
    def dated(self) -> str:
        """Authors and year, as far as known."""
        return " ".join(filter(None, (self.authors, str(self.year or ""))))


@cache
def references() -> tuple[Reference, ...]:
    """Every work that the lecture or a page refers to: the lecture's own in its order, then by authors and title."""
    lecture, order = _lecture(), list(_lecture())
    by_key: dict[str, list[Citation]] = {}
    for each in citations():
        by_key.setdefault(key_of(each.url), []).append(each)
    found = [_reference(lecture.pop(key, None), places) for key, places in by_key.items()]
    found += [_reference(rows, []) for rows in lecture.values()]

    def place(each: Reference) -> tuple:
        first = order.index(key_of(each.url) if each.url else each.title) if each.slides else len(order)
        return first, bare(each.authors or each.title), each.year or 0, bare(each.title)

    return tuple(sorted(found, key=place))


def kinds() -> tuple[str, ...]:
    """What can be chosen: all, the lecture's own, each kind."""
    return (ALL, LECTURE, *catalogue()["kinds"], OTHER)


def find(words: str = "", kind: str = ALL, slug: str | None = None) -> tuple[Reference, ...]:
    """Those of a kind and of a chapter in which every word is found: in title, authors, year or address."""
    parts = [bare(part) for part in words.split()]
    return tuple(
        each
        for each in references()
        if (kind == ALL or kind == each.kind or (kind == LECTURE and each.slides))
        and (slug is None or slug in each.chapters)
        and all(part in _searched(each) for part in parts)
    )


@cache
def _searched(each: Reference) -> str:
    return " ".join(map(bare, f"{each.dated} {each.title} {each.url or ''}".split()))


def _lecture() -> dict[str, list[dict]]:
    """Rows of the lecture's own references by the work they mean; one without a link is its own."""
    rows: dict[str, list[dict]] = {}
    for row in catalogue()["lecture"]:
        rows.setdefault(key_of(row["url"]) if row["url"] else row["title"], []).append(row)
    return rows


def _reference(rows: list[dict] | None, places: list[Citation]) -> Reference:
    """One work from the lecture's rows about it, if any, and from the places that cite it."""
    rows = rows or []
    url = places[0].url.split("#")[0] if places else rows[0]["url"]
    known = _works().get(key_of(url)) if url else None
    title, authors, year = known or _best_title(rows, places)
    slides = tuple(dict.fromkeys(row["slide"] for row in rows))
    on_slides = (each.slug for each in slide_topics() if each.slide in slides)
    chapters = _in_order({slug for each in places for slug in each.chapters} | (set() if places else set(on_slides)))
    note = " ".join(row["note"] for row in rows if "note" in row)
    return Reference(title, authors, year, url, _kind(url), chapters, slides, note)


@cache
def _works() -> dict[str, tuple[str, str, int | None]]:
    found = catalogue()["works"].items()
    return {key_of(url): (work["title"], work["authors"], work["year"]) for url, work in found}


def _best_title(rows: list[dict], places: list[Citation]) -> tuple[str, str, int | None]:
    """The lecture's where it has one; else the shortest that a page gives, without what it takes from the work."""
    if rows:
        return rows[0]["title"], rows[0]["authors"], rows[0]["year"]
    said = min((CLAIM.sub("", each.title) for each in places), key=len)
    if dated := DATED.fullmatch(said):
        return dated[3], dated[1], int(dated[2])
    if by := BY_SOMEBODY.fullmatch(said):
        return by[2], by[1], None
    return said, "", None


def _kind(url: str | None) -> str:
    host = urlsplit(url).hostname if url else ""
    for kind, hosts in catalogue()["kinds"].items():
        if any(host == each or host.endswith(f".{each}") for each in hosts):
            return kind
    return OTHER


def _in_order(slugs: Iterable[str]) -> tuple[str, ...]:
    wanted = set(slugs)
    return tuple(slug for group in COURSE.values() for slug in group if slug in wanted)
