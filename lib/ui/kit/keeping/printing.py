"""A chapter's summary, and the course's, as files to print."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from lib.lesson.glossary.terms import words_of
from lib.lesson.summary.contents import Word, chapter_summary
from lib.lesson.summary.document import course_document
from lib.ui.kit.keeping.progress import nothing_is_kept, progress_of, whole_progress

HTML = "text/html"


def summary_button(slug: str, link: str, place: DeltaGenerator) -> None:
    """One page of this chapter in the student's own numbers; it is made when it is asked for."""
    mine = progress_of(slug)
    place.download_button(
        "One page to print",
        lambda: chapter_summary(slug, mine(), _words(slug)).to_html(link),
        f"{slug.replace('_', '-')}-summary.html",
        HTML,
        key=f"summary_{slug}",
        icon=":material/print:",
        on_click="ignore",
        width="stretch",
    )


def course_summary_button(place: DeltaGenerator) -> None:
    mine = whole_progress()
    place.download_button(
        "Print my course",
        lambda: course_document(mine()),
        "my-course.html",
        HTML,
        key="course_summary",
        icon=":material/print:",
        on_click="ignore",
        disabled=nothing_is_kept(),
        width="stretch",
    )


def _words(slug: str) -> tuple[Word, ...]:
    return tuple(Word(each.term, each.says) for each in words_of(slug))
