"""The memory chapters on a page.

choosing/    the model, and what is served or trained, and how
calculator/  the memory calculator: its result and every view of it
kv_cache.py  the KV-cache page: what a context costs, and the paging simulation
dilemma.py   the training dilemma page: pull the point, see which way of training wins
working.py   the working behind an estimate, in symbols and in the student's numbers
sharding.py  sharded training: model states here, by the ZeRO paper and by DeepSpeed
units.py     the unit a student has chosen for sizes
"""
