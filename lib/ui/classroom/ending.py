"""The key, everything to take home, the end."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from lib.classroom.records import Room
from lib.ui.classroom.doing import attempt, db
from lib.ui.classroom.experiments.dataset import trained_in_words
from lib.ui.classroom.opening import KEY
from lib.ui.kit.chapter import file_buttons
from lib.ui.kit.kept import keep, kept
from lib.ui.kit.session import owner
from lib.units import number_of


def ending(room: Room) -> None:
    from lib.classroom.home.contents import lesson_summary
    from lib.classroom.taking_home import answers_as_rows, room_as_document

    browser, said = owner(), trained_in_words(room.code)
    rows = answers_as_rows(db(), room.code, browser)
    document = room_as_document(db(), room.code, browser)
    if said:
        document["trained_on_sentences"] = list(said)
    ends = datetime.fromtimestamp(room.ends_at_s, UTC)
    st.markdown(
        f"Room **{room.code}** holds {number_of(room.members, 'student')}, "
        f"{number_of(len(document['questions']), 'question')} and {number_of(len(rows), 'answer')}, "
        f"and ends by itself on {ends:%d %B at %H:%M} UTC. The files below hold all of it; names are left out."
    )
    places = iter(st.columns(3))
    next(places).download_button(
        "One page to print",
        lambda: lesson_summary(db(), room, browser, said).to_html(),
        f"room-{room.code}-summary.html",
        "text/html",
        key="room_summary",
        icon=":material/print:",
        on_click="ignore",
        width="stretch",
    )
    file_buttons(rows, document, f"room-{room.code}", places)
    with st.expander("The instructor's key", icon=":material/key:"):
        st.caption("With it another browser leads this room too, such as your phone. Not for the projector.")
        key = kept(KEY)
        if key:
            st.code(key, language=None)
        else:
            st.markdown("It was shown once and is not kept. Make a new one if you need it.")
        st.button("Make a new key", icon=":material/autorenew:", on_click=_new_key, args=(room.code,))
        st.caption("The old key, and every other browser that leads with it, is then shut out.")
    with st.expander("End the room now", icon=":material/delete:"):
        st.markdown("Everything in it is deleted at once: questions, answers, names. Take it home first.")
        st.button("Delete the room and everything in it", type="primary", on_click=_delete, args=(room.code,))


def _new_key(code: str) -> None:
    from lib.classroom.rooms import new_key_for

    key = attempt(new_key_for, db(), code, owner())
    if key is not None:
        keep(KEY, key)


def _delete(code: str) -> None:
    from lib.classroom.rooms import delete_room

    attempt(delete_room, db(), code, owner())
    keep(KEY, None)
