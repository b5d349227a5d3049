"""Prompting: one small task asked with no example and with several, in other orders and words, and learnt instead.

errors.py       what a student can put right
task.py         the task: sentences with labels, wordings, prompts, a student's own sentence
scores.py       how many are right, and how sure that is
runs.py         what is asked for and what is told (no torch)
scoring_job.py  labels scored by log-likelihood, example by example (torch: only a worker imports it)
ways_job.py     the same task prompted, prompt-tuned and LoRA-tuned (torch: only a worker imports it)
nearest.py      learnt vectors beside the vectors of real words (torch: only a worker imports it)
recorded.py     a run on the real small model, recorded
"""
