"""What a room said.

votes.py   answers to one question, in both votes; who changed, as flows
"""
