"""A page on a projector, `?present=1`: large, without a sidebar, one part at a time, led by keys or a clicker.

stage.py         which part is shown now; the router's and the chapter's parts ask it
keys.py          next and previous, reveal, reset, leave: buttons, each with its key
following.py     what a projector shows is told to the second screen, which leads it
screens.py       what does not fit is split, and a clicker leads through it
recorded_run.py  a recorded run in place of one's own, marked as such
codes.py         a link as a QR code, for a phone that looks at a projector
page_parts.py    by which marks those two find the parts of a page of Streamlit's
looks.py         how large and how black: the one place that lays CSS over Streamlit's own looks
"""
