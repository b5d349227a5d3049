"""References: what the lecture and the pages refer to, each once, with the chapters in which it is used."""

from lib import ui
from lib.ui.lesson.references.finding import find_references

ui.chapter("references")

rows = find_references()

ui.predict("references")
ui.check_yourself("references")
ui.take_away("references", rows=rows)
