"""Runs that go wrong on purpose, for a student to find out why and to repair.

texts.py    the texts of the cases: few, leaking, as questions and answers (no torch)
cases.py    the faults as data: what is wrong, what shows it, what repairs it (no torch)
run.py      a case to run, what it tells, and whether its numbers say that it is repaired (no torch)
outcome.py  its events as the numbers of a diagnosis (no torch)
job.py      a case run by the ordinary fine-tuning, with what else it shows (worker only)
"""
