"""Every link with a title in the app's data, and the chapters that use its file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from lib.curriculum import COURSE
from lib.places import ASSETS

FILE = ASSETS / "lesson" / "references.json"
LINKS = ("url", "link", "source")
"""Keys under which a link stands in a file of facts."""
TITLES = ("source", "title", "name", "id")
"""Keys that say what a link leads to, the one to be preferred first."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One place in the data at which something is referred to."""

    url: str
    title: str
    file: str
    """Under `assets`."""
    chapters: tuple[str, ...]
    """Slugs of the chapters that show it."""


@cache
def catalogue() -> dict[str, Any]:
    """The file of references: `lecture`, `works`, `files` (which chapters use a file or folder) and `kinds`."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def citations() -> tuple[Citation, ...]:
    """All of them, in the order of files and of their lines. The bundled model's folder has a card of its own.

    Not kept: the works that are made of them are, in a tenth of the memory.
    """
    found = []
    for file in sorted(ASSETS.rglob("*.json")):
        name = file.relative_to(ASSETS).as_posix()
        if file == FILE or name.startswith("base-model/"):
            continue
        text = file.read_text(encoding="utf-8")
        if '"http' in text:  # the largest files are measurements without a link, and need not be taken apart
            found += _cited(json.loads(text), name, chapters_of(name))
    return tuple(found)


def chapters_of(name: str) -> tuple[str, ...]:
    """The chapters that use a file under `assets`: a chapter's own words, or as the catalogue says of it or its
    folder."""
    folder, _, rest = name.rpartition("/")
    if folder == "course":
        slug = rest.removesuffix(".json")
        return (slug,) if slug in _slugs() else ()
    files = catalogue()["files"]
    return tuple(files.get(name) or files.get(folder) or ())


def key_of(url: str) -> str:
    """What two links to the same work have in common: neither scheme, `www.`, a last slash, a place within the page,
    nor the version or the form of a paper on arXiv."""
    bare = re.sub(r"^https?://(www\.)?", "", url.strip()).split("#")[0].rstrip("/")
    paper = re.fullmatch(r"arxiv\.org/(?:abs|pdf|html)/(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?", bare)
    return f"arxiv.org/abs/{paper[1]}" if paper else bare


def _cited(given: Any, file: str, chapters: tuple[str, ...]) -> Iterator[Citation]:
    if isinstance(given, dict):
        own = given.get("chapter")
        chapters = (own,) if isinstance(own, str) and own in _slugs() else chapters
        for key in LINKS:
            if _is_link(given.get(key)):
                yield Citation(given[key], _title(given, given[key]), file, chapters)
    values = given.values() if isinstance(given, dict) else given if isinstance(given, list) else ()
    for each in values:
        yield from _cited(each, file, chapters)


def _title(given: dict[str, Any], url: str) -> str:
    found = next((given[key] for key in TITLES if isinstance(given.get(key), str) and not _is_link(given[key])), None)
    return found or _from_address(url)


def _from_address(url: str) -> str:
    """The host and the last part of the path, where nothing better is known."""
    parts = urlsplit(url)
    last = unquote(parts.path.rstrip("/").rsplit("/", 1)[-1])
    return f"{parts.hostname.removeprefix('www.')}: {last}" if last else parts.hostname


def _is_link(given: Any) -> bool:
    return isinstance(given, str) and given.startswith(("https://", "http://"))


@cache
def _slugs() -> frozenset[str]:
    return frozenset(slug for slugs in COURSE.values() for slug in slugs)
