"""Figures of the alignment chapters.

reward.py    a reward model: learning, how much is enough, calibration, length
values.py    three values that pull at pairs of answers
toxicity.py  two filters: what they flag, and what that costs
honesty.py   how sure a model is, and how often it is right
policy.py    best of n, a policy as it is tuned, a reward that is hacked
"""
