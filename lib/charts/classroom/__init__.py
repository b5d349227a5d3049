"""What a room said.

votes.py   answers to one question, in both votes; who changed, as flows
ranking.py  answers ranked by the room: which pairs divide it
sweep.py    a sweep as it fills, and loss against forgetting
"""
