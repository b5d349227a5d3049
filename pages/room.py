"""A room: one question before everybody, led from here and shown on the projector."""

import streamlit as st

from lib import ui
from lib.ui.classroom.leading import leading
from lib.ui.classroom.opening import opening, room_led

room = None
with ui.guard():
    room = room_led()

if room is None:
    ui.chapter("room")
    with ui.guard():
        opening()
    ui.predict("room")
    ui.slide_and_fact("room")
    ui.check_yourself("room")
    ui.take_away("room")
else:
    st.title(f"Room {room.code}", anchor=False)
    rows = document = None
    with ui.guard():
        rows, document = leading(room)
    if document:
        ui.take_away("room", rows=rows, data=document, name=f"room-{room.code}")
