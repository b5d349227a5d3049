"""Ways of training: what each changes in a real matrix, what it costs, and which one a reason leads to.

changes.py       one matrix before and after every way, as recorded (numpy)
costs.py         what each way takes for an 8B model, from the app's own calculators
deciding.py      the path from a reason for training one's own model to an end, and what speaks against it
sorting.py       cards to sort by what is trained and by what it learns from
new_head.py      two shortcomings, and a layer replaced: what is asked for and told
new_head_job.py  that, on a real model (torch: only a worker imports it)
errors.py        the one error of this domain
"""
