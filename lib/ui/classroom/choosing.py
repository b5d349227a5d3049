"""Which question comes next: any chapter's, or one of the instructor's own."""

from __future__ import annotations

import streamlit as st

from lib import curriculum
from lib.classroom.choosing import choosable_settings
from lib.classroom.records import LONGEST_TEXT, Room
from lib.ui.classroom.board import asking_for_the_worst, heading
from lib.ui.classroom.doing import VIEW, ask_room_in_words, attempt, db
from lib.ui.kit.controls import select
from lib.ui.kit.session import owner


def choosing(room: Room) -> None:
    from lib.classroom.questions import PREDICT, parts_of

    with_questions = {each.slug: each.title for each in curriculum.chapters() if parts_of(each.slug)}
    slug = select("Chapter", with_questions, "next_token", key="room_chapter")
    for part, question in parts_of(slug).items():
        with st.container(border=True):
            kind = "Predict first" if part == PREDICT else "Check yourself"
            st.markdown(f"**{kind}.** {question.question}")
            st.markdown("\n".join(f"- {option.text}" for option in question.options))
            st.button(
                "Put it to the room",
                key=f"ask_{slug}_{part}",
                icon=":material/campaign:",
                on_click=_put_to_the_room,
                args=(room.code, slug, part),
            )
    _settings_to_choose(room, slug)
    with st.form("ask_in_words"):
        st.text_input(
            "Ask something to be answered in their own words",
            key="own_question",
            max_chars=LONGEST_TEXT,
            placeholder="What surprised you?",
        )
        st.form_submit_button(
            "Ask it", icon=":material/campaign:", on_click=ask_room_in_words, args=(room.code, "own_question")
        )
    asking_for_the_worst(room)
    _asked_before(room)


def _settings_to_choose(room: Room, slug: str) -> None:
    """Those of the chapter that is chosen."""
    for setting in choosable_settings().values():
        if setting.chapter == slug:
            with st.container(border=True):
                st.markdown(f"**The room chooses a setting.** {setting.question}")
                st.markdown("\n".join(f"- {option.text}" for option in setting.options))
                st.button(
                    "Let the room choose",
                    key=f"ask_{setting.part}",
                    icon=":material/campaign:",
                    on_click=_ask_for_setting,
                    args=(room.code, setting.name),
                )


def _ask_for_setting(code: str, name: str) -> None:
    from lib.classroom.questions import ask_for_setting

    if attempt(ask_for_setting, db(), code, owner(), name) is not None:
        st.session_state[VIEW] = "show"


def _asked_before(room: Room) -> None:
    from lib.classroom.questions import all_asked

    asked = all_asked(db(), room.code)
    if asked:
        with st.expander(f"Asked in this room so far: {len(asked)}", icon=":material/history:"):
            st.markdown("\n".join(f"{each.number}. {heading(each)} · {each.stage.value}" for each in asked))


def _put_to_the_room(code: str, slug: str, part: str) -> None:
    from lib.classroom.questions import ask

    if attempt(ask, db(), code, owner(), slug, part) is not None:
        st.session_state[VIEW] = "show"
