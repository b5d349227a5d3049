"""What a room said.

votes.py    answers to one question, in both votes; who changed, as flows
ranking.py  answers ranked by the room: which pairs divide it
dataset.py  one LoRA on all sentences beside the average of single ones
sweep.py    a sweep as it fills, and loss against forgetting
"""
