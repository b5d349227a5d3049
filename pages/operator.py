"""What the operator of a server sees, behind a key."""

import streamlit as st

from lib.ui.serving import operator

st.title("Operator", anchor=False)
if operator.opened():
    operator.overview()
