"""Live LoRA on a page.

run_controls.py  the controls of a run
live_lora.py     a run: started, drawn as it goes, and what it means
asking.py        a prompt for the fine-tuned model, beside the base model's answer
results.py       what a run leaves to take away: its curve, its words, its adapter
"""
