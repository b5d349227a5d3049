"""A chapter, and the course, on paper in the student's own numbers.

contents.py  what goes on the page: as much of each part as leaves it one page long
fitting.py   how many lines each part takes
document.py  the page as one self-contained HTML file, in which every text is escaped
"""
