"""The steps of a chapter on a projector: its parts in the order of a page, each question by itself."""

from __future__ import annotations

from dataclasses import dataclass

from lib import curriculum
from lib.curriculum import LOOKED_UP, Chapter

EXPERIMENT, ALL = "experiment", "all"
IN_CLASS = curriculum.COURSE["Class"]


@dataclass(frozen=True)
class Step:
    """One view: which part of the chapter, what a presenter calls it, and for a question its number from 1."""

    part: str
    label: str
    number: int = 0

    @property
    def asks(self) -> bool:
        """Whether there is an answer to reveal."""
        return self.part in ("predict", "check")


def steps_of(chapter: Chapter) -> tuple[Step, ...]:
    """What a presenter goes through. A page on which things are looked up is one view before its questions; a class's
    pages are one view without any, since they are the room's once there is one."""
    if chapter.slug in IN_CLASS:
        return (Step(ALL, chapter.title),)
    predict = [Step("predict", "Predict")] if chapter.predict else []
    check = [Step("check", f"Question {number}", number) for number in range(1, len(chapter.questions) + 1)]
    if chapter.slug in LOOKED_UP:
        return (Step(ALL, chapter.title), *predict, *check, Step("away", "Take away"))
    return (
        Step("goals", "Goals"),
        *predict,
        Step(EXPERIMENT, "Experiment"),
        *([Step("fact", "On the slide, and in fact")] if chapter.slides else []),
        *check,
        Step("away", "Take away"),
    )


def step_at(chapter: Chapter, raw: str | None) -> tuple[int, bool]:
    """The place, from 0, that a link's `step` (from 1) names, and whether it names one; else the first."""
    if raw is None:
        return 0, True
    valid = raw.isascii() and raw.isdigit() and len(raw) < 4 and 1 <= int(raw) <= len(steps_of(chapter))
    return (int(raw) - 1, True) if valid else (0, False)


def beside(slug: str, place: int, by: int) -> tuple[str, int] | None:
    """Chapter and step that lie one step (`by` 1 or -1) beside this one, over a chapter's end into the next; None at
    either end of the course."""
    wanted = place + by
    if 0 <= wanted < len(steps_of(curriculum.chapter(slug))):
        return slug, wanted
    before, after = curriculum.neighbours(slug)
    if wanted < 0:
        return (before.slug, len(steps_of(before)) - 1) if before else None
    return (after.slug, 0) if after else None
