"""A student's own texts: read, told apart, split, and shown as a model will see them.

texts.py        a text as it was given (OwnText, Turn), and how much may be given (no torch)
records.py      pasted or uploaded bytes as rows: CSV, TSV, JSON, JSONL, or plain text (no torch)
forms.py        which form rows have, by their columns, and the texts they make (no torch)
split.py        duplicates taken out, a part held out, and what of it training nearly has (no torch)
preview.py      what a preview is asked and what it tells (no torch)
templates.py    turns as one text with what is to be answered in it, by a model's chat template or a plain one
preview_job.py  the preview, with the model's own tokenizer, and the base model's losses (worker only)
"""
