"""The promised numbers, each measured by one function: `python -m bench`, or `python -m bench training` for some."""
