"""A room: one question before everybody, led from here and shown on the projector."""

import streamlit as st

from lib import ui
from lib.ui.classroom.leading import leading
from lib.ui.classroom.opening import opening, room_led
from lib.ui.classroom.watching import room_guard

room = None
with room_guard():
    room = room_led()

if room is None:
    ui.chapter("room")
    with room_guard():
        opening()
    ui.predict("room")
    ui.slide_and_fact("room")
    ui.check_yourself("room")
    ui.take_away("room")
else:
    with st.container(key="room_title"):  # small on a projector, where the question is what counts
        st.title(f"Room {room.code}", anchor=False)
    with room_guard():
        leading(room)
