"""The texts, those of the student's own, and what of them is masked. No torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lib.alignment.errors import AlignmentError
from lib.places import ASSETS

FILE = ASSETS / "alignment" / "toxicity_texts.json"
PLAIN, LISTED, OPEN, VEILED, OWN = "plain", "listed", "open", "veiled", "own"
KINDS = {
    PLAIN: "harmless",
    LISTED: "harmless, with a listed word",
    OPEN: "openly rude",
    VEILED: "a veiled insult",
    OWN: "yours",
}
RUDE = (OPEN, VEILED)
MOST_OWN = 20
MOST_CHARACTERS = 300


@dataclass(frozen=True)
class Labelled:
    """A text, and whether it is rude: by the course, or by the student who added it."""

    text: str
    rude: bool
    kind: str = OWN


@cache
def course_texts() -> tuple[Labelled, ...]:
    """The texts of `assets/alignment/toxicity_texts.json`: four kinds, as many of each."""
    return tuple(Labelled(row["text"], row["kind"] in RUDE, row["kind"]) for row in _told()["texts"])


@cache
def course_words() -> tuple[str, ...]:
    """The word list that the page begins with."""
    return tuple(_told()["words"])


def with_another(own: Sequence[Labelled], text: str, *, rude: bool) -> tuple[Labelled, ...]:
    """The student's texts and one more. Raises AlignmentError where it cannot be taken."""
    text = " ".join(text.split())
    if not text:
        raise AlignmentError("The text is empty; write a sentence and say whether it is rude")
    if len(text) > MOST_CHARACTERS:
        raise AlignmentError(f"A text may have at most {MOST_CHARACTERS} characters; this one has {len(text):,}")
    if any(each.text.lower() == text.lower() for each in (*course_texts(), *own)):
        raise AlignmentError("This text is there already; a text that is learnt from and tested on would prove nothing")
    if len(own) >= MOST_OWN:
        raise AlignmentError(f"Up to {MOST_OWN} texts of your own are kept; take one out first")
    return (*own, Labelled(text, rude))


@cache
def _told() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))
