"""What the model says to each prompt of a run: marked right or wrong, before and after, and every few steps."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.training.progress import Progress, is_right
from lib.training.texts.datasets import Blank, Dataset
from lib.training.texts.prompts import Completion
from lib.ui.kit.text import continued, escape

SHORT_PROMPT = 20
"""Characters; three of them stand side by side."""
LONGEST_SHOWN = 120


def waiting_blanks(data: Dataset) -> None:
    """The blanks before any model has filled them."""
    for blank, place in zip(data.blanks, _places(data.blanks), strict=True):
        place.markdown(f"**{escape(_as_shown(blank.prompt, data))}\\_\\_\\_**")


def filled_blanks(told: Progress, data: Dataset) -> None:
    """What the model says to each prompt, now and before; the lecture's blanks are marked right or wrong."""
    told_after = told.latest or (None,) * len(told.before)
    pairs = list(zip(told.before, told_after, strict=True))
    for blank, place, (before, after) in zip(data.blanks, _places(data.blanks), pairs, strict=False):
        with place.container(border=True, height="stretch"):
            now = after or before
            st.markdown(f"**{_completed_sentence(now, data)}** {_mark(now, blank)}")
            if after:
                st.caption(f"Before: {_completed_sentence(before, data)} {_mark(before, blank)}")
    for before, after in pairs[len(data.blanks) :]:
        with st.container(border=True):
            before_and_after(before, after, data)
    if told.asked:
        with st.expander("The same prompts, every few steps", icon=":material/history:", expanded=True):
            tables = _diary(told, data)
            for at, place in enumerate(st.columns(2)):
                place.markdown("\n\n".join(tables[at::2]))


def _are_long(blanks: Sequence[Blank]) -> bool:
    return any(len(blank.prompt) > SHORT_PROMPT for blank in blanks)


def _places(blanks: Sequence[Blank]) -> list[DeltaGenerator]:
    """A place for each blank: side by side, or one below the other where their prompts are long."""
    if _are_long(blanks):
        return [st.container() for _ in blanks]
    return list(st.columns(len(blanks))) if blanks else []


def _diary(told: Progress, data: Dataset) -> list[str]:
    """What the model said after so many steps, a table in Markdown for each prompt: side by side in one, they leave
    each a few letters on a phone."""
    times = [(0, told.before), *((each.step, each.completions) for each in told.asked)]
    if told.finished:
        times.append((told.finished.step, told.finished.completions))
    known = [*data.blanks, *[None] * (len(told.before) - len(data.blanks))]
    tables = []
    for at, blank in enumerate(known):
        prompt = _in_cell(_as_shown(told.before[at].prompt, data))
        lines = [f"| Step | {prompt} … |", "|---:|:---|"]
        for step, completions in dict(times).items():
            lines.append(f"| {step} | {_mark(completions[at], blank)} {_in_cell(completions[at].continuation)} |")
        tables.append("\n".join(lines))
    return tables


def _in_cell(text: str, longest: int = 60) -> str:
    words = " ".join(text.split())
    return escape(words[:longest] + "…" if len(words) > longest else words)


def before_and_after(before: Completion, after: Completion | None, data: Dataset) -> None:
    """One prompt, as the base model goes on and as the fine-tuned one does."""
    left, right = st.columns(2)
    left.markdown(f"Base model  \n{_completed_sentence(before, data)}")
    if after:
        right.markdown(f"With the adapter  \n{_completed_sentence(after, data)}")


def _completed_sentence(completion: Completion, data: Dataset) -> str:
    return continued(_as_shown(completion.prompt, data), completion.continuation)


def _as_shown(prompt: str, data: Dataset) -> str:
    """In one line, and what was asked alone where a template wrote the rest: all prompts begin with that."""
    question = data.question_in(prompt)
    line = " ⏎ ".join(question.split("\n")) + (" → " if question != prompt else "")
    return line if question != prompt or len(line) <= LONGEST_SHOWN else "… " + line[-LONGEST_SHOWN:]


def _mark(completion: Completion, blank: object) -> str:
    if blank is None:
        return ""
    return ":green[:material/check_circle:]" if is_right(completion, blank) else ":red[:material/cancel:]"
