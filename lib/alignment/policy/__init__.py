"""Making a model's answers win: choosing among them, or changing the model.

best_of_n.py  the best of n answers, and how far that is from the model (no torch)
run.py        what a run is (PolicyRun) and what it tells (no torch)
usual.py      a run as the page has it before anything is chosen (no torch)
recorded.py   what a run of minutes achieves with the usual settings (no torch)
losses.py     log-probabilities of answers, and the losses of DPO and GRPO (worker only)
job.py        the runs themselves, with LoRA (worker only)
"""
