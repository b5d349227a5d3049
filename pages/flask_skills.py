"""FLASK: twelve skills instead of one number."""

import streamlit as st

from lib import ui
from lib.ui.evaluation import flask

ui.chapter("flask_skills")
ui.predict("flask_skills")

st.header("First one number", anchor=False)
pair = flask.show_pair()
overall = flask.one_number()

st.header("Then twelve", anchor=False)
rated = flask.rate(pair)
flask.compare(pair, rated, overall)

ui.slide_and_fact("flask_skills")
ui.check_yourself("flask_skills")
rows = flask.export(rated)
ui.take_away("flask_skills", rows=rows, name="flask-ratings")
