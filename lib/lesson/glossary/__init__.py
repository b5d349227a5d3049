"""The course's words: what each means, and the chapter in which it is seen first.

terms.py      every term from its file, and the words of a chapter
searching.py  finding a term by its name, by another name for it, or by what is said of it
"""
