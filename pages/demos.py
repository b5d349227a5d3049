"""A prepared link for each topic of the slides, and the rehearsal of their runs."""

import streamlit as st

from lib import ui
from lib.ui.presenter.demos import list_demos
from lib.ui.presenter.rehearsal import rehearse

VIEWS = {"links": "Links", "rehearsal": "Rehearsal"}

st.title("Demos", anchor=False)
st.markdown("A link for each topic of the slides: it opens the page in the state that shows it, without typing.")
st.markdown("Your notes and the projector's keys are on the [second screen](presenter).")
view = ui.segmented("Look at", VIEWS, "links", key="demos_view")
with ui.guard():
    if view == "links":
        list_demos()
    else:
        rehearse()
