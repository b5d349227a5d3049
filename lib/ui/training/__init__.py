"""Live LoRA on a page, one view at a time, and the chapters that stand on its runs.

views.py     the views there are, and the one that is chosen
train/       Train: one press of Start, and watch
own_data/    Own data: a student's texts, seen as the model will see them, and learnt
weigh/       Weigh it: what one step really keeps in memory, beside the calculator's figure
tracing.py   Who taught it this: an answer traced back to its training texts
canary.py    Canary: a code planted, asked for, and its exposure
bug_hunt.py  Bug hunt: a run with something wrong, diagnosed and repaired
compare/     Compare: up to four settings on the same texts and seeds, or one setting varied
inside/      Inside: what an adapter is, turned up and down, mixed, merged and counted
out/         Out: what a run leaves, as files that others can use
newest.py    the newest finished run of this browser, as the other views use it
"""
