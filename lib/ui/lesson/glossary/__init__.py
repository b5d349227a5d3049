"""The glossary on a page.

looking_up.py  searching it, or leafing through it by letters
"""
