"""Join a room: what a student's phone shows in class."""

import streamlit as st

from lib import ui
from lib.ui.classroom.phone import in_the_room, joining, room_joined
from lib.ui.classroom.watching import room_guard

joined = None
with room_guard():
    joined = room_joined()

if joined is None:
    ui.chapter("join")
    with room_guard():
        joining()
    ui.predict("join")
    ui.check_yourself("join")
    ui.take_away("join")
else:
    st.title(f"Room {joined[0]}", anchor=False)
    with room_guard():
        in_the_room(*joined)
