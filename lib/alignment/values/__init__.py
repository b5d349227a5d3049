"""Helpful, honest, harmless: answers judged on the three, weighed, and where bad behaviour comes from. No torch.

pairs.py       pairs of answers, and which of the two each value prefers
weighing.py    weights for the three values: which answer wins, and where that tips
behaviours.py  kinds of bad behaviour, where each comes from, and what each stage of training does about it
"""
