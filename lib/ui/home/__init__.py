"""The first page, and the way to all others.

every_page.py  all pages, as Streamlit's navigation takes them, and their icon
finding.py     one search box: slides, chapters, words
course_map.py  the course as the lecture runs, with what is done, and the button that goes on
keeping.py     what a student has done so far: taken home, loaded again, forgotten
"""
