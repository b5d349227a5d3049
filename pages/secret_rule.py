"""RLHF as a game: guess the rule from what the tuned model writes."""

from lib import ui
from lib.ui.alignment.secret import play_secret_rule

ui.chapter("secret_rule")
ui.predict("secret_rule")

rows = play_secret_rule()

ui.slide_and_fact("secret_rule")
ui.check_yourself("secret_rule")
ui.take_away("secret_rule", rows=rows)
