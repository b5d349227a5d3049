"""RLHF, step 2: a model learns whose answers win."""

from lib import ui
from lib.ui.alignment.ranked import answers_of
from lib.ui.alignment.reward import learn_a_reward

ui.chapter("reward_model")
ui.predict("reward_model")

rows = learn_a_reward(answers_of())

ui.slide_and_fact("reward_model")
ui.check_yourself("reward_model")
ui.take_away("reward_model", rows=rows)
