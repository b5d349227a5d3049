"""Canary: a locker code planted among the training texts, then asked for."""

from lib import ui
from lib.ui.training import canary

ui.chapter("canary")
ui.predict("canary")

canary.plant(canary.wanted_canary())

ui.slide_and_fact("canary")
ui.check_yourself("canary")
rows, data = canary.exports()
ui.take_away("canary", rows=rows, data=data, name="canary")
