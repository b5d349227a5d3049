"""The room on the projector, and its views."""

from __future__ import annotations

import streamlit as st

from lib.classroom.entering.addresses import address_here, join_link, reachable
from lib.classroom.records import Room
from lib.ui.classroom.choosing import choosing
from lib.ui.classroom.doing import VIEW, db, say_what_was_refused
from lib.ui.classroom.ending import ending
from lib.ui.classroom.experiments.view import doing_together
from lib.ui.classroom.question import question_on_projector
from lib.ui.classroom.standing import follow_the_room
from lib.ui.classroom.words import reading_words
from lib.ui.kit.controls import segmented
from lib.ui.kit.presenting.codes import qr_code
from lib.ui.kit.presenting.stage import presenting
from lib.ui.kit.server.calling import call_when_changed

VIEWS = {
    "show": "On the projector",
    "ask": "Put a question",
    "do": "Do together",
    "words": "The room's words",
    "end": "Take home, end",
}
QR_PIXELS, QR_PIXELS_ON_PROJECTOR = 300, 440


def leading(room: Room) -> None:
    """One of the views of a room."""
    view = segmented("View", VIEWS, "show", key=VIEW, label_visibility="collapsed")
    say_what_was_refused()
    if view == "ask":
        choosing(room)
    elif view == "do":
        doing_together(room)
    elif view == "words":
        reading_words(room)
    elif view == "end":
        ending(room)
    else:
        _projector(room)


def _projector(room: Room) -> None:
    from lib.classroom.questions import current

    asked = current(db(), room.code)
    link = join_link(st.context.url or "http://localhost:8501/room", room.code, address_here())
    if asked is None:
        _invitation(room, link)
    else:
        st.caption(f":material/qr_code_2: Join at `{link}` · code **{room.code}**")
        question_on_projector(room, asked)
    # Who leads may do so from a phone, and the projector is to follow.
    follow_the_room(room.code, asked)


def _invitation(room: Room, link: str) -> None:
    picture, words = st.columns([2, 3], vertical_alignment="center")
    pixels = QR_PIXELS_ON_PROJECTOR if presenting() else QR_PIXELS
    picture.image(qr_code(link), width=pixels, alt=f"QR code of the link {link}")
    with words:
        st.markdown("Scan, or open **Join a room** and type")
        st.title(" ".join(room.code), anchor=False)
        st.code(link, language=None, wrap_lines=True)
        if not reachable(link):
            st.caption(":material/wifi_off: This machine has no address in a network: no phone can reach this link.")
        _say_members(room.members)
        call_when_changed(("members", room.code), lambda: _members(room.code), room.members)
        st.button("Put the first question", type="primary", icon=":material/quiz:", on_click=_to_view, args=("ask",))


def _members(code: str) -> int:
    from lib.classroom.rooms import room

    return room(db(), code).members


def _say_members(members: int) -> None:
    st.markdown(f"### {members} {'student is' if members == 1 else 'students are'} in the room")


def _to_view(view: str) -> None:
    st.session_state[VIEW] = view
