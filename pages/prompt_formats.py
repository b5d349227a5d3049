"""Prompt formats: a conversation is one text, and a model knows only the text it has learnt to read."""

from lib import ui
from lib.ui.lesson.formats.views import chosen_view

ui.chapter("prompt_formats")
ui.predict("prompt_formats")

taken = chosen_view()

ui.slide_and_fact("prompt_formats")
ui.check_yourself("prompt_formats")
ui.take_away("prompt_formats", rows=taken.rows, data=taken.data, name=taken.name)
