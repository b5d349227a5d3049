"""One LoRA on everybody's texts, beside the average of what each one's own LoRA adds to the weights.

run.py   what is trained and what it came to (no torch)
job.py   the runs, and the average as one LoRA (worker only)
"""
