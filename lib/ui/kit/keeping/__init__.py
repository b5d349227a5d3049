"""What a student keeps of every chapter.

progress.py  what was opened and answered: noted as it happens, recalled after a reload, forgotten at a click
printing.py  a chapter's summary, and the course's, as files to print
notes.py     what a page said of the student's own numbers and with which settings, for its summary
"""
