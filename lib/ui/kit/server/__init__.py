"""Between this app and Streamlit's web server.

listener.py           the socket the web server listens on
streamlit_private.py  what this app takes from inside Streamlit, where it offers no public way
"""
