"""Join a room: what a student's phone shows in class."""

import streamlit as st

from lib import ui
from lib.ui.classroom.phone import in_the_room, joining, room_joined

joined = None
with ui.guard():
    joined = room_joined()

if joined is None:
    ui.chapter("join")
    with ui.guard():
        joining()
    ui.predict("join")
    ui.check_yourself("join")
    ui.take_away("join")
else:
    st.title(f"Room {joined[0]}", anchor=False)
    with ui.guard():
        in_the_room(*joined)
