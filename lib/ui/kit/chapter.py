"""The parts every chapter has, from its words in `assets/course/`.

Order on a page: `chapter` (goals and slide), `predict`, the experiment, what happened, `slide_and_fact`,
`check_yourself`, `take_away`. The router adds `footer`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import curriculum
from lib.curriculum import Chapter, Question, SlideFact
from lib.lesson.cases.stories import case_after
from lib.ui.kit.exports import Rows, csv_of, json_of
from lib.ui.kit.keeping.notes import note_rows, start_notes
from lib.ui.kit.keeping.printing import summary_button
from lib.ui.kit.keeping.progress import note_answer, note_opened, recall_answer
from lib.ui.kit.presenting.recorded_run import NOW, when_measured
from lib.ui.kit.presenting.stage import ask_on_stage, on_stage, presenting, shows
from lib.ui.kit.session import note_visit
from lib.ui.kit.words import words_on_page


def chapter(slug: str) -> Chapter:
    """Title, goals, the slide it belongs to, and the words that it introduces."""
    note_visit()
    note_opened(slug)
    start_notes(slug)
    words = curriculum.chapter(slug)
    if shows(slug, "goals"):
        with on_stage("goals"):
            st.title(words.title, anchor=False)
            with st.container(horizontal=True, vertical_alignment="center"):
                # No badge: on a phone its end would be cut.
                st.caption(f":material/co_present: Slide: {words.slide}", width="content")
                if not presenting():
                    words_on_page(slug)
            st.markdown("**You will be able to** " + "; ".join(words.goals) + ".")
    return words


def predict(slug: str) -> bool:
    """Ask before showing. True once the student has answered or chosen to skip, and on a projector."""
    question = curriculum.chapter(slug).predict
    if question is None:
        return True
    if presenting():
        if shows(slug, "predict"):
            with on_stage("predict"):
                st.markdown(f"## {question.question}")
                ask_on_stage(question, f"predict_{slug}")
        return True
    with st.container(border=True):
        st.markdown(f":material/psychology: **Predict first.** {question.question}")
        answered = _ask_for_an_option(question, f"predict_{slug}")
        skipped = st.session_state.get(f"skipped_{slug}", False)
        if not answered and not skipped:
            st.button("Show me without a guess", on_click=_skip, args=(slug,), type="tertiary")
    return answered or skipped


def _skip(slug: str) -> None:
    st.session_state[f"skipped_{slug}"] = True


def check_yourself(slug: str) -> None:
    """Two or three questions; every answer, right or wrong, is explained."""
    questions = curriculum.chapter(slug).questions
    if not questions:
        return
    if presenting():
        for number, question in enumerate(questions, start=1):
            if shows(slug, "check", number):
                with on_stage("check", number):
                    st.markdown(f"## {number}. {question.question}")
                    ask_on_stage(question, f"check_{slug}_{number}")
        return
    st.header("Check yourself", anchor=False)
    for number, question in enumerate(questions, start=1):
        st.markdown(f"**{number}. {question.question}**")
        _ask_for_an_option(question, f"check_{slug}_{number}")


def slide_and_fact(slug: str) -> None:
    """Where the slide is imprecise: what it says beside what is true."""
    slides = curriculum.chapter(slug).slides
    if slides and shows(slug, "fact"):
        with on_stage("fact"):
            _slides_and_facts(slides)


def _slides_and_facts(slides: tuple[SlideFact, ...]) -> None:
    st.header("On the slide, and in fact", anchor=False)
    for each in slides:
        on_slide, in_fact = st.columns(2, border=True)
        on_slide.markdown(f":material/co_present: **On the slide** \n\n{each.slide}")
        in_fact.markdown(f":material/check_circle: **In fact** \n\n{each.fact}")


WITHOUT_CHARTS = ("glossary", "references")


def take_away(slug: str, *, rows: Rows | None = None, data: Any = None, name: str | None = None) -> None:
    """A link to exactly this state, the numbers as CSV and JSON, a page to print, and the sources.

    `rows` become the CSV file; `data`, anything `json.dumps` takes, the JSON file, and is `rows` where not given.
    Charts carry their own camera button.
    """
    if shows(slug, "away"):
        with on_stage("away"):
            _take_away(curriculum.chapter(slug), rows, data, name or slug.replace("_", "-"))


def _take_away(words: Chapter, rows: Rows | None, data: Any, name: str) -> None:
    st.header("Take it away", anchor=False)
    st.code(_this_state(), language=None, wrap_lines=True)
    pictures = "" if words.slug in WITHOUT_CHARTS else " Pictures: the camera above each chart."
    st.caption(f"This link opens the page exactly as it is now.{pictures}")
    buttons = iter(st.columns(4))
    file_buttons(rows, rows if data is None else data, name, buttons)
    note_rows(rows)
    if words.slug not in curriculum.LOOKED_UP:
        summary_button(words.slug, _this_state(), next(buttons))
    if words.sources:
        with st.expander("Sources", icon=":material/menu_book:"):
            st.markdown("\n".join(f"- [{source.title}]({source.url})" for source in words.sources))


def file_buttons(rows: Rows | None, data: Any, name: str, places: Iterator[DeltaGenerator]) -> None:
    """Each is written when it is asked for: a hundred rows at every move of a slider took longer than its answer."""
    if rows:
        next(places).download_button(
            "CSV", partial(csv_of, rows), f"{name}.csv", "text/csv", icon=":material/table:", width="stretch"
        )
    if data:
        next(places).download_button(
            "JSON",
            partial(json_of, data),
            f"{name}.json",
            "application/json",
            icon=":material/data_object:",
            width="stretch",
        )


def footer(url_path: str) -> None:
    """Next and previous chapter; after the last of a group, its case."""
    slug = url_path.replace("-", "_") or "home"
    before, after = curriculum.neighbours(slug)
    st.divider()
    if case := case_after(slug):
        st.page_link(
            curriculum.chapter("cases").file,
            label=f"**A case:** {case.title}",
            icon=":material/cases:",
            query_params={"cs_case": case.label},
            width="content",
        )
    left, right = st.columns(2)
    if before:
        left.page_link(before.file, label=before.title, icon=":material/arrow_back:", width="content")
    if after:
        with right.container(horizontal_alignment="right"):
            st.page_link(
                after.file,
                label=f"Next: {after.title}",
                icon=":material/arrow_forward:",
                icon_position="right",
                width="content",
            )


def formula(text: str) -> None:
    """Say that a number comes from a formula."""
    st.caption(f":material/function: **Formula.** {text}")


def measured(text: str) -> None:
    """Say that a number was measured: on which device, when, with which versions."""
    st.caption(f":material/speed: **Measured.** {text.replace(NOW, when_measured())}")


def simulated(text: str) -> None:
    """Say that a number was simulated: by what, when, with which versions."""
    st.caption(f":material/science: **Simulated.** {text}")


def published(text: str) -> None:
    """Say that a number was published, and where."""
    st.caption(f":material/menu_book: **Published.** {text}")


def _ask_for_an_option(question: Question, key: str) -> bool:
    recall_answer(key, [option.text for option in question.options])
    answer = st.radio(
        question.question,
        [option.text for option in question.options],
        index=None,
        key=key,
        label_visibility="collapsed",
        persist_state="session",
    )
    option = next((option for option in question.options if option.text == answer), None)
    if option is not None:
        note_answer(key, option.text)
        show = st.success if option.correct else st.warning
        show(option.why, icon=":material/check:" if option.correct else ":material/close:")
    return option is not None


def _this_state() -> str:
    query = urlencode(st.query_params.to_dict())
    return (st.context.url or "") + (f"?{query}" if query else "")
