"""Which part of a chapter is on the projector now.

The experiment is whatever the page itself draws, so it always runs; at the other steps it is not displayed. The
other parts are drawn at their own step only.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import streamlit as st

from lib import curriculum
from lib.curriculum import Question
from lib.lesson.presenting.steps import ALL, Step, step_at, steps_of

ASKED = "present"
"""`present=1` in a page's link puts it on the projector; `step` is the part, from 1."""
REVEALED = "presenting_revealed"


def presenting() -> bool:
    return st.query_params.get(ASKED) == "1"


def step_now(slug: str) -> Step:
    chapter = curriculum.chapter(slug)
    return steps_of(chapter)[step_at(chapter, st.query_params.get("step"))[0]]


def shows(slug: str, part: str, number: int = 0) -> bool:
    """Whether this part of the chapter is to be drawn: always, unless a projector shows another one."""
    if not presenting():
        return True
    now = step_now(slug)
    if now.part == ALL:
        return part == "goals"
    return now.part == part and now.number in (0, number)


def question_at(slug: str, place: int) -> str | None:
    """The name of the question that is asked at this step (from 0); None if none is."""
    now = steps_of(curriculum.chapter(slug))[place]
    if not now.asks:
        return None
    return f"{now.part}_{slug}" + (f"_{now.number}" if now.number else "")


def on_stage(part: str, number: int = 0) -> AbstractContextManager:
    """What a part is drawn in, so that it is told from the experiment around it."""
    return st.container(key=f"stage_part_{part}_{number}") if presenting() else nullcontext()


def ask_on_stage(question: Question, key: str) -> None:
    """The question and its options as large text; the answer and the reasons only once they are revealed.

    On the projector nobody's own answer counts: the room thinks, and the presenter reveals.
    """
    revealed = st.session_state.get(REVEALED) == key
    for letter, option in zip("ABCDEFGH", question.options, strict=False):
        if not revealed:
            st.markdown(f"**{letter}** · {option.text}")
        elif option.correct:
            st.success(f"**{letter} · {option.text}**  \n{option.why}", icon=":material/check:")
        else:
            st.markdown(f"{letter} · {option.text}  \n{option.why}")
