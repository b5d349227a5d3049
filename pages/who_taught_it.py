"""Who taught it this? An answer of the tuned model, traced back to the training texts that speak for it."""

from lib import ui
from lib.ui.training import tracing

ui.chapter("who_taught_it")
ui.predict("who_taught_it")

tracing.trace(tracing.wanted_trace())
tracing.check()

ui.slide_and_fact("who_taught_it")
ui.check_yourself("who_taught_it")
rows, data = tracing.exports()
ui.take_away("who_taught_it", rows=rows, data=data, name="who-taught-it")
