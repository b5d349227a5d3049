"""The conversation that the student edits: as many turns as wanted, a role and a text each, all of it in the link."""

from __future__ import annotations

import streamlit as st

from lib.lesson.prompt_formats.conversation import (
    ASSISTANT,
    CHARACTERS_A_TOKEN,
    MOST_CHARACTERS,
    MOST_TURNS,
    ROLES,
    SYSTEM,
    USER,
    Conversation,
    Turn,
)
from lib.ui.kit import controls

USUAL = (
    (SYSTEM, "Answer in one short sentence."),
    (USER, "What is the capital of France?"),
    (ASSISTANT, "The capital of France is Paris."),
    (USER, "And what is the capital of Japan?"),
)
COUNT = "formats_turns"


def edited_conversation(most: int = MOST_CHARACTERS) -> Conversation:
    """The turns as they stand, the same in every view; of more than `most` characters some are cut, which is said."""
    count = controls.number("Turns", 1, MOST_TURNS, len(USUAL), key=COUNT, step=1)
    turns = tuple(_turn(at, count) for at in range(count))
    st.button(
        "Add a turn",
        key="formats_add",
        icon=":material/add:",
        on_click=_add_turn,
        args=(count,),
        disabled=count >= MOST_TURNS,
    )
    whole = Conversation(turns)
    shortened = whole.shortened(most)
    if shortened != whole:
        st.warning(
            f"The turns have {whole.characters:,} characters. {most:,}, about {most // CHARACTERS_A_TOKEN:,} tokens, "
            "are used: the longest texts are cut; nothing that you typed is lost.",
            icon=":material/content_cut:",
        )
    return shortened


def _turn(at: int, count: int) -> Turn:
    usual_role, usual_text = USUAL[at] if at < len(USUAL) else (ASSISTANT if at % 2 == 0 else USER, "")
    with st.container(border=True):
        choose, remove = st.columns([4, 1], vertical_alignment="bottom")
        with choose:
            role = controls.segmented(f"Turn {at + 1}: role", list(ROLES), usual_role, key=_key("role", at))
        remove.button(
            "",
            key=f"formats_remove_{at}",
            icon=":material/delete:",
            help=f"Remove turn {at + 1}",
            on_click=_remove_turn,
            args=(at, count),
            disabled=count < 2,
        )
        text = controls.area(f"Turn {at + 1}: text", usual_text, key=_key("text", at), height=68)
    return Turn(role, text)


def _key(what: str, at: int) -> str:
    return f"formats_{what}_{at}"


def _add_turn(count: int) -> None:
    before = st.session_state.get(_key("role", count - 1))
    st.session_state[_key("role", count)] = ASSISTANT if before == USER else USER
    st.session_state[_key("text", count)] = ""
    st.session_state[COUNT] = float(count + 1)


def _remove_turn(at: int, count: int) -> None:
    """Those behind it move up."""
    for place in range(at, count - 1):
        for what in ("role", "text"):
            st.session_state[_key(what, place)] = st.session_state[_key(what, place + 1)]
    st.session_state[COUNT] = float(count - 1)
