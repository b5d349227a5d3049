"""RLHF: a reward that is earned without being deserved."""

from lib import ui
from lib.models.catalogue import BUNDLED
from lib.ui.alignment.gold import judge_by_gold
from lib.ui.alignment.hacking import hack_a_reward
from lib.ui.kit import controls

VIEWS = {
    "A rule as reward": ("What is counted is paid, and nothing else is.", lambda: hack_a_reward(BUNDLED)),
    "A learnt reward against gold": (
        "A proxy learns from a few labels and is paid; a gold reward that nobody trains on judges what comes of it.",
        lambda: judge_by_gold(BUNDLED),
    ),
}

ui.chapter("reward_hacking")
ui.predict("reward_hacking")

rows = controls.one_view(VIEWS, key="rh_view")

ui.slide_and_fact("reward_hacking")
ui.check_yourself("reward_hacking")
ui.take_away("reward_hacking", rows=rows)
