"""Fine-tuning as a stream of events.

errors.py    what a student can put right, and a run that diverges
run.py       what a run is (LoraRun) and what it tells (events); no torch, so pages may read it
datasets.py  texts with their training and held-out parts (no torch)
progress.py  a run as it stands, made of its events (no torch)
base_model.py  what a base model says before any training, worked out once (no torch)
lora.py      the run itself, in plain PyTorch and peft (worker only)
complete.py  completing a prompt that may end inside a word: token healing (worker only)
"""
