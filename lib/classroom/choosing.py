"""Settings of experiments that a room can choose: it votes, and the experiment runs with what most of it said first.

They have no right answer: the experiment is what answers. Of the questions that have one, some are answered with a
setting too (`opens` in the chapter's words).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.places import ASSETS

PREFIX = "set "
"""The part of a question that is such a choice: this and the setting's name."""


@dataclass(frozen=True)
class Option:
    text: str
    value: str


@dataclass(frozen=True)
class Opening:
    """A chapter's experiment with the setting that an answer names."""

    query: dict[str, str]
    """What the chapter's link has for it."""
    starts: str
    """The kind of job that the chapter starts with it; none where the chapter answers at once."""


@dataclass(frozen=True)
class Setting:
    """One control of one chapter: what the room is asked, and what each answer puts into the chapter's link."""

    name: str
    chapter: str
    question: str
    key: str
    options: tuple[Option, ...]
    also: dict[str, str]
    starts: str = ""
    """As in Opening."""

    @property
    def part(self) -> str:
        return PREFIX + self.name

    def opening(self, choice: int) -> Opening:
        return Opening({**self.also, self.key: self.options[choice].value}, self.starts)


@cache
def choosable_settings() -> dict[str, Setting]:
    """By name."""
    found = json.loads((ASSETS / "classroom" / "settings.json").read_text(encoding="utf-8"))
    return {
        each["name"]: Setting(**{**each, "options": tuple(Option(**option) for option in each["options"])})
        for each in found
    }


def setting_of(part: str) -> Setting | None:
    """The setting that a question of this part chose; None for every other question."""
    return choosable_settings().get(part.removeprefix(PREFIX)) if part.startswith(PREFIX) else None
