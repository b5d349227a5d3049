"""A model asked in one format or another, and what that does to its answers.

asking.py         a text given to a model as it is (worker only)
breaks.py         the same conversation in the right format and in wrong ones: prompts and figures (no torch)
breaks_job.py     that, asked of a model (worker only)
injection.py      a user who writes special tokens, and the turns that the model reads (no torch)
injection_job.py  that, cut and asked in both ways (worker only)
learning.py       answers learnt in one format and asked in another: texts and figures (no torch)
learning_job.py   that, as a run (worker only)
"""
