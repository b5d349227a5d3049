"""A presenter's notes: for each chapter the minutes planned, what to say, what to click, what students get wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lib.lesson.presenting.steps import Step
from lib.places import ASSETS

FILE = ASSETS / "lesson" / "presenting" / "notes.json"


@dataclass(frozen=True)
class ChapterNotes:
    """What whoever leads the lesson says and presses in a chapter."""

    minutes: int
    """Planned."""
    say: dict[str, str]
    """By part of the chapter: goals, predict, experiment."""
    wrong: tuple[str, ...]
    """What students get wrong, and what is right."""
    click: str | None
    """What to press where no demo of the chapter says it, in Markdown; words in bold are on the page."""

    def to_say(self, step: Step) -> str | None:
        """What to say at this step; a page that is one view has what belongs to its experiment."""
        return self.say.get("experiment" if step.part == "all" else step.part)


@cache
def notes() -> dict[str, ChapterNotes]:
    """By slug."""
    told = json.loads(FILE.read_text(encoding="utf-8"))["chapters"]
    return {
        slug: ChapterNotes(each["minutes"], each["say"], tuple(each["wrong"]), each.get("click"))
        for slug, each in told.items()
    }


def notes_of(slug: str) -> ChapterNotes:
    """Of a chapter that has none yet: nothing to say, and five minutes."""
    return notes().get(slug) or ChapterNotes(5, {}, (), None)


@dataclass(frozen=True)
class Pace:
    """Time planned and spent, in seconds."""

    planned_s: float
    spent_s: float
    chapter_planned_s: float
    chapter_spent_s: float

    @property
    def behind_s(self) -> float:
        """How much later than planned the present chapter's end comes, if what is left of it takes as planned."""
        left_s = max(0.0, self.chapter_planned_s - self.chapter_spent_s)
        return self.spent_s + left_s - self.planned_s


def pace(slug: str, spent_s: Mapping[str, float]) -> Pace:
    """Of the chapters that were presented so far, `slug` the present one; spent_s in seconds, by slug."""
    planned = {each: notes_of(each).minutes * 60.0 for each in {*spent_s, slug}}
    return Pace(sum(planned.values()), sum(spent_s.values()), planned[slug], spent_s.get(slug, 0.0))
