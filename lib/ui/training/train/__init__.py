"""The first view of Live LoRA: one press of Start, and watch.

view.py          the view
run_controls.py  the controls of a run
run.py           a run: started, paused, gone on with, and drawn as it goes
completions.py   what the model says to each prompt of a run
meaning.py       what a finished run means, in its own numbers
asking.py        a prompt for the fine-tuned model, beside the base model's answer
results.py       what a run leaves to take away: its curve, its words, its adapter
"""
