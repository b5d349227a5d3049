"""The page as one self-contained HTML file, in which every text is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from lib.curriculum import COURSE, chapter
from lib.lesson.glossary.terms import Term
from lib.lesson.progress.record import Progress
from lib.lesson.progress.standing import State, course_standing
from lib.places import ASSETS

if TYPE_CHECKING:
    from jinja2 import Environment

    from lib.lesson.summary.contents import ChapterSummary

FOLDER = ASSETS / "lesson" / "summary"
SIGNS = {State.DONE: "✓ done", State.STARTED: "◐ started", State.NEW: "○ not opened yet"}
LINES, LINE = 46, 42
"""Lines for all chapters on the page of the course, and how many characters of a sentence stand on one."""


def chapter_document(summary: ChapterSummary, link: str) -> str:
    """One page of HTML to print: a chapter as this student went through it, with `link` back to its state."""
    return _templates().get_template("chapter.html").render(it=summary, link=link)


def course_document(progress: Progress) -> str:
    """One page of HTML: what was opened, predicted and answered of the whole course, and a sentence of each chapter."""
    course = course_standing(progress)
    by_slug = {each.chapter.slug: each for each in course.chapters}
    said = {slug: told.sentences[0] for slug, told in progress.told.items() if slug in by_slug and told.sentences}
    most = LINE * lines_each(len(by_slug), len(said))
    groups = {
        group: [
            (by_slug[slug], SIGNS[by_slug[slug].state], cut(said.get(slug, ""), most))
            for slug in slugs
            if slug in by_slug
        ]
        for group, slugs in COURSE.items()
    }
    listed = {group: rows for group, rows in groups.items() if rows}
    return _templates().get_template("course.html").render(course=course, groups=listed, done=course.count(State.DONE))


def glossary_document(terms: Sequence[Term], searched: str) -> str:
    """Terms with their meanings, in two columns; `searched` is what was looked for, if anything was."""
    seen_in = {each.chapter: chapter(each.chapter).title for each in terms}
    return _templates().get_template("glossary.html").render(terms=terms, searched=searched, seen_in=seen_in)


def lines_each(chapters: int, with_sentence: int) -> int:
    """How many lines each chapter's sentence may take, so that the course is one page: the fewer, the more."""
    return max(1, (LINES - (chapters - with_sentence)) // max(1, with_sentence))


def cut(text: str, most: int) -> str:
    """The text on one line, at most so many characters of it, cut between two words."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"


def render(template: str, **values: object) -> str:
    """Another page in the same look: a template of the folder, filled; every text in it is escaped."""
    return _templates().get_template(template).render(**values)


@cache
def _templates() -> Environment:
    """Jinja imported here, when the first page is asked for."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
