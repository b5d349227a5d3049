"""From a reason to an end, question by question."""

from __future__ import annotations

import streamlit as st

from lib.lesson.ways.deciding import ends, every_end, reasons, walk
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened

OPEN = "open"
SHOWN = {OPEN: "not yet", "yes": "Yes", "no": "No"}
DEEPEST = 3
ICONS = {
    "prompt": ":material/chat:",
    "retrieve": ":material/search:",
    "fine_tune": ":material/tune:",
    "train": ":material/model_training:",
    "none": ":material/do_not_disturb_on:",
}


def which_way() -> list[dict]:
    """The rows to take away."""
    titles = {name: reason.title for name, reason in reasons().items()}
    name = controls.select("Why a model of your own?", titles, "privacy", key="ww_reason")
    reason = reasons()[name]
    answers: list[str | None] = []
    for number in range(DEEPEST):
        walked = walk(reason, answers)
        if walked.end is not None:
            break
        st.markdown(f"**{walked.questions[-1]}**")
        key = f"ww_{name}_{number}_{''.join(each[0] for each in answers if each)}"
        said = controls.segmented(walked.questions[-1], SHOWN, OPEN, key=key, label_visibility="collapsed")
        if said == OPEN:
            st.caption("Answer to go on. A path ends after one to three questions.")
            break
        answers.append(said)
    walked = walk(reason, answers)
    if walked.end is not None:
        with st.container(border=True):
            st.subheader(f"{ICONS[walked.end.end]} {ends()[walked.end.end]}", anchor=False)
            happened(walked.end.why)
            st.markdown(f":material/balance: **What speaks against it:** {walked.end.against}")
    st.caption("A rule of thumb for a first talk, not a study: the questions and ends are this course's own reasoning.")
    _where_all_lead()
    said = dict(zip(walked.questions, answers, strict=False))
    end = ends()[walked.end.end] if walked.end else "open"
    return [
        {"reason": reason.title, "question": question, "answer": said.get(question) or "open", "end": end}
        for question in walked.questions
    ]


def _where_all_lead() -> None:
    found = [each.end for reason in reasons().values() for each in every_end(reason.path)]
    told = ", ".join(f"“{title}” {found.count(name)} times" for name, title in ends().items())
    happened(
        f"The paths from all eight reasons have {len(found)} ends: {told}. A good reason for a model of one's own is "
        "seldom a reason to pretrain one."
    )
