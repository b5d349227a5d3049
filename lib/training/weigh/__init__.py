"""What one training step really holds in memory, beside what the memory calculator says of the same set-up.

weighing.py   a set-up to weigh, what the calculator says of it, and what was measured (no torch)
of_a_run.py   a finished run as such a set-up (no torch)
measuring.py  one real step, weighed (worker only)
"""
