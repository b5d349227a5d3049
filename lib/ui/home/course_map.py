"""The course as the lecture runs, with what is done, and the button that goes on."""

from __future__ import annotations

import streamlit as st

from lib import curriculum
from lib.lesson.progress.standing import CourseStanding, Standing, State

MARKS = {
    State.DONE: ":green-badge[:material/check: done]",
    State.STARTED: ":orange-badge[:material/timelapse: started]",
    State.NEW: "",
}
"""A sign and a word, so that colour says nothing alone."""


def go_on(course: CourseStanding) -> None:
    """One button: the chapter that is next."""
    if course.next is None:
        st.success("Every chapter is done.", icon=":material/celebration:")
        return
    begun = course.count(State.NEW) < len(course.chapters)
    label = f"Go on: {course.next.title}" if begun else f"Start: {course.next.title}"
    if st.button(label, type="primary", icon=":material/play_circle:", key="go_on"):
        st.switch_page(course.next.file)


def how_far(course: CourseStanding) -> None:
    """How much of the course is done, in a sentence and as a bar."""
    done, started, of = course.count(State.DONE), course.count(State.STARTED), len(course.chapters)
    if not done + started:
        st.markdown(f"{of} chapters. A chapter is done once the questions at its end are answered correctly.")
        return
    said = f"**{done} of {of} chapters done**, {started} started. {course.right} of {course.questions} questions right"
    if course.predicted:
        said += f", {course.predicted_rightly} of {course.predicted} predictions"
    st.progress(done / of, text=f"{said}.")


def course_on_stage() -> None:
    """The same on one projector's view: what the room is about to do, without what belongs to one student."""
    groups = [(group, slugs) for group, slugs in curriculum.COURSE.items() if "home" not in slugs]
    columns = st.columns([4, 5], gap="medium")
    for number, (group, slugs) in enumerate(groups, start=1):
        chapters = [curriculum.chapter(slug) for slug in slugs]
        links = " · ".join(f"[{each.title}]({each.url_path}?present=1)" for each in chapters)
        columns[number > (len(groups) + 1) // 2].markdown(f"**{number} · {group}:** {links}")


def course_map(course: CourseStanding) -> None:
    """Every group of chapters, in two columns, read down the first and then down the second."""
    by_slug = {each.chapter.slug: each for each in course.chapters}
    groups = [
        (group, [slug for slug in slugs if slug != "home"])
        for group, slugs in curriculum.COURSE.items()
        if set(slugs) - {"home"}
    ]
    columns = st.columns(2, gap="medium")
    half = _half([len(slugs) for _, slugs in groups])
    for number, (group, slugs) in enumerate(groups, start=1):
        with columns[number > half].container(border=True, gap="xsmall"):
            st.markdown(f"### {number} · {group}")
            st.caption(curriculum.about_group(group))
            for slug in slugs:
                _chapter_line(slug, by_slug.get(slug), course)


def _chapter_line(slug: str, standing: Standing | None, course: CourseStanding) -> None:
    words = curriculum.chapter(slug)
    mark = MARKS[standing.state] if standing else ""
    if course.next is not None and course.next.slug == slug:
        mark += " :blue-badge[:material/arrow_forward: next]"
    st.page_link(words.file, label=f"**{words.title}** {mark}", icon=words.icon, help=_goal(words.goals[0]))


def _goal(goal: str) -> str:
    return f"You will be able to {goal}."


def _half(lengths: list[int]) -> int:
    """How many groups go into the first column, so that both are about as long."""
    lines = [length + 2 for length in lengths]
    return min(range(1, len(lines)), key=lambda first: abs(sum(lines[:first]) - sum(lines[first:])))
