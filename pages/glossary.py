"""Glossary: the course's words, each with the chapter in which it is seen first."""

from lib import ui
from lib.ui.lesson.glossary.looking_up import look_terms_up

ui.chapter("glossary")

rows = look_terms_up()

ui.predict("glossary")
ui.check_yourself("glossary")
ui.take_away("glossary", rows=rows)
