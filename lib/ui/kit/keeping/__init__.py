"""What a student keeps of every chapter.

progress.py  what was opened and answered: noted as it happens, recalled after a reload, forgotten at a click
notes.py     what a page said of the student's own numbers and with which settings, for its summary
"""
