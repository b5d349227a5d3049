"""The page as one self-contained HTML file, in which every text is escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lib.curriculum import COURSE
from lib.lesson.progress.record import Progress
from lib.lesson.progress.standing import State, course_standing
from lib.places import ASSETS

if TYPE_CHECKING:
    from jinja2 import Environment

    from lib.lesson.summary.contents import ChapterSummary

FOLDER = ASSETS / "lesson" / "summary"
SIGNS = {State.DONE: "✓ done", State.STARTED: "◐ started", State.NEW: "○ not opened yet"}
SENTENCE = 320
"""Characters of a chapter's sentence in the summary of the course."""


def chapter_document(summary: ChapterSummary, link: str) -> str:
    return _templates().get_template("chapter.html").render(it=summary, link=link)


def course_document(progress: Progress) -> str:
    course = course_standing(progress)
    by_slug = {each.chapter.slug: each for each in course.chapters}
    groups = {
        group: [
            (by_slug[slug], SIGNS[by_slug[slug].state], _first_sentence(progress, slug))
            for slug in slugs
            if slug in by_slug
        ]
        for group, slugs in COURSE.items()
    }
    listed = {group: rows for group, rows in groups.items() if rows}
    return _templates().get_template("course.html").render(course=course, groups=listed, done=course.count(State.DONE))


def _first_sentence(progress: Progress, slug: str) -> str:
    told = progress.told.get(slug)
    said = told.sentences[0] if told and told.sentences else ""
    return said if len(said) <= SENTENCE else said[: SENTENCE - 1] + "…"


@cache
def _templates() -> Environment:
    """Jinja imported here, when the first page is asked for."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
