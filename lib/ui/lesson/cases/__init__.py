"""Transfer tasks on a page.

deciding.py  a case: its story, the student's decision, then the worked solution
"""
