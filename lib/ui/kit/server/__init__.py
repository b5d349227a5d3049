"""Between this app and Streamlit's web server.

calling.py            what has changed is told the pages that wait for it, which ask nothing
clicks.py             clicks that come while a page is drawn anew, and how none is lost
listener.py           the socket the web server listens on
streamlit_private.py  what this app takes from inside Streamlit, where it offers no public way
"""
