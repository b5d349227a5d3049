"""Works as a BibTeX file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from lib.lesson.references.citations import key_of
from lib.lesson.references.works import Reference

SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}",  # BibTeX counts braces that LaTeX has escaped, too
    "}": r"\textbraceright{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
"""What LaTeX takes for a command, and how it is written as itself."""
SMALL = {"a", "an", "the", "on", "of", "in", "to", "for", "and"}


def bibtex(works: Iterable[Reference]) -> str:
    """One entry a work, each under a key of its own. Letters beyond ASCII stay: biber and today's BibTeX read UTF-8.

    “Hu et al.” becomes `Hu and others`; who publishes a page stands in braces, since it is no first and last name.
    """
    entries, taken = [], set()
    for each in works:
        key = _free(_key(each), taken)
        taken.add(key)
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in _fields(each).items())
        entries.append(f"@misc{{{key},\n{lines}\n}}\n")
    return "\n".join(entries)


def _fields(each: Reference) -> dict[str, str]:
    fields = {"title": f"{{{_escaped(each.title)}}}"}
    if each.authors:
        fields["author"] = _authors(each.authors)
    if each.year:
        fields["year"] = str(each.year)
    if each.url:
        fields["url"] = each.url.replace("{", "%7B").replace("}", "%7D")
        paper = re.fullmatch(r"arxiv\.org/abs/(.+)", key_of(each.url))
        if paper:
            fields |= {"eprint": paper[1], "archivePrefix": "arXiv"}
    if each.note:
        fields["note"] = _escaped(each.note)
    return fields


def _authors(cited: str) -> str:
    if cited.endswith(" et al."):
        return f"{_escaped(cited.removesuffix(' et al.'))} and others"
    names = re.split(r", | and ", cited)
    if len(names) > 1 and all(len(name.split()) == 1 for name in names):
        return " and ".join(map(_escaped, names))
    return f"{{{_escaped(cited)}}}"


def _key(each: Reference) -> str:
    """“hu2021lora”: first author, year, first word of the title that says something."""
    words = [word for word in map(_letters, each.title.split()) if word and word not in SMALL]
    first = _letters(each.authors.split(" ")[0].split(",")[0]) if each.authors else ""
    return f"{first}{each.year or ''}{words[0] if words else ''}" or "work"


def _free(key: str, taken: set[str]) -> str:
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key}-{number}"
    return free


def _letters(word: str) -> str:
    flat = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", flat.lower())


def _escaped(text: str) -> str:
    return "".join(SPECIAL.get(sign, sign) for sign in text)
