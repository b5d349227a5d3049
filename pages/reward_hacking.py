"""RLHF: a reward that is earned without being deserved."""

from lib import ui
from lib.models.catalogue import BUNDLED
from lib.ui.alignment.hacking import hack_a_reward

ui.chapter("reward_hacking")
ui.predict("reward_hacking")

rows = hack_a_reward(BUNDLED)

ui.slide_and_fact("reward_hacking")
ui.check_yourself("reward_hacking")
ui.take_away("reward_hacking", rows=rows)
