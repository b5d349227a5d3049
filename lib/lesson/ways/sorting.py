"""Cards to sort: ways of fine-tuning by what is trained, and by what they learn from. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.lesson.ways.deciding import FILE


@dataclass(frozen=True)
class Card:
    """One card, with one place where it belongs and a word for every other."""

    name: str
    about: str
    place: str
    why: str
    wrong: dict[str, str]

    def says(self, place: str) -> str:
        """What there is to say to a card in that place."""
        return self.why if place == self.place else self.wrong[place]


@dataclass(frozen=True)
class Board:
    """A way of sorting: its places, and its cards."""

    name: str
    title: str
    places: dict[str, str]
    """What each place is called."""
    cards: tuple[Card, ...]

    def __post_init__(self) -> None:
        for card in self.cards:
            if {card.place, *card.wrong} != set(self.places) or card.place in card.wrong:
                raise ValueError(f"{card.name!r} must have one right place and a word for every other")


@cache
def boards() -> dict[str, Board]:
    rows = json.loads(FILE.read_text(encoding="utf-8"))["boards"]
    return {row["name"]: Board(**{**row, "cards": tuple(Card(**card) for card in row["cards"])}) for row in rows}
