"""The student's text, the job that reads it, and what it found."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobView
from lib.evaluation.answers import question_expected_s
from lib.lesson.pretraining.errors import PretrainingError
from lib.lesson.pretraining.reading import LONGEST_TEXT_CHARACTERS, MOST_TOKENS, Reading, ReadingRun
from lib.models.catalogue import BUNDLED, REAL, catalogue
from lib.ui.evaluation.answering_model import LIMIT_S
from lib.ui.kit import controls, jobs
from lib.ui.kit.problems import problem
from lib.ui.kit.session import CROWD, browsers_lately
from lib.ui.models.fetching import models_here, offer_real_model

KIND = "next-token"
LONGEST_PASTED_CHARACTERS = 200_000
USUAL = "The queen said to her that the capital of France is Paris."


def models() -> tuple[str, ...]:
    """The models that read: the bundled one, and the real one where it is and no class waits."""
    return (BUNDLED, REAL) if REAL in models_here()[0] and browsers_lately() < CROWD else (BUNDLED,)


def submit_to_models(kind: str, job: str, run: object, names: tuple[str, ...]) -> None:
    """Queue a job that asks these models."""
    jobs.submit(
        kind,
        job,
        run,
        expected_s=sum(map(question_expected_s, names)),
        time_limit_s=LIMIT_S,
        model=max(names, key=lambda name: catalogue()[name].parameters),
    )


def sentence() -> Reading | None:
    """The text, a button, and the reading to show; None before there is one."""
    text = _typed()
    offer_real_model()
    run = None
    try:
        run = ReadingRun(models(), text)
    except PretrainingError as error:
        problem(error)
    jobs.start_and_stop(KIND, "Let the model read it", queue_reading, run, icon="menu_book")
    jobs.live(KIND, _say_how_far)
    found = readings()
    if not found:
        st.caption("Press the button: the model says what it expects before every word.")
        return None
    names = list(found)
    name = controls.segmented("Read by", names, names[-1], key="nt_model") if len(names) > 1 else names[0]
    reading = found[name]
    view = jobs.current(KIND)
    if view is not None and view.argument.text != text:
        st.caption(":material/history: Shown is the text read last; press the button to read the new one.")
    _say_what_to_know(reading)
    return reading


def _typed() -> str:
    """The beginning of what the box holds, and a word where that is not all of it.

    A box takes no more than its limit and says nothing of what it leaves out, so its limit is higher than the job's.
    """
    typed = controls.text("A sentence of yours", USUAL, key="nt_text", max_chars=LONGEST_PASTED_CHARACTERS)
    if len(typed) > LONGEST_TEXT_CHARACTERS:
        st.warning(
            f"The text has {len(typed):,} characters; the first {LONGEST_TEXT_CHARACTERS:,} are used.",
            icon=":material/content_cut:",
        )
    return typed[:LONGEST_TEXT_CHARACTERS]


def readings() -> dict[str, Reading]:
    """What each model read last, by its name."""
    view = jobs.current(KIND)
    events = view.events if view else ()
    return {event.model: event for event in events if isinstance(event, Reading)}


def read_instead(text: str) -> None:
    """For a button's `on_click`: put this text into the box, and let the models read it."""
    st.session_state["nt_text"] = text
    queue_reading(ReadingRun(models(), text))


def queue_reading(run: ReadingRun) -> None:
    submit_to_models(KIND, "lib.lesson.pretraining.reading_job:read_text", run, run.models)


def _say_how_far(view: JobView) -> None:
    if view.state.active:
        done = sum(isinstance(event, Reading) for event in view.events)
        st.progress(done / len(view.argument.models), f"{done} of {len(view.argument.models)} models have read it")


def _say_what_to_know(reading: Reading) -> None:
    if reading.text_tokens > len(reading.tokens):
        st.warning(
            f"The text has {reading.text_tokens:,} tokens; the first {MOST_TOKENS} were read and the rest cut off.",
            icon=":material/content_cut:",
        )
    if reading.parts_of_characters:
        st.info(
            f"{reading.parts_of_characters} of {len(reading.tokens)} tokens are only parts of characters; their "
            "numbers stand in brackets. This tokenizer was made from text in other scripts, so it falls back on bytes, "
            "and the model has hardly ever seen them in this order: expect it to guess badly.",
            icon=":material/translate:",
        )
