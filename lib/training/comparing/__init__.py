"""Runs beside each other, on the same texts and the same seeds.

comparison.py  what is compared, and what is told as it goes (no torch)
job.py         one run after another; one that fails leaves its sentence and the others go on (worker only)
outcomes.py    each setting's figures over its seeds, with their spread (no torch)
ran_with.py    what each run was set to, in words (no torch)
as_rows.py     its runs as rows of a file: every setting, every figure (no torch)
records.py     its runs one by one, from which files are made (no torch)
findings.py    what the figures show, or that they do not decide (no torch)
sweeps.py      one setting varied: rank, learning rate or layers (no torch)
grid.py        two settings varied at once, one short run a cell (no torch)
grid_job.py    the runs of its cells (worker only)
calculated.py  what the memory calculator says of the same set-up (no torch)
"""
