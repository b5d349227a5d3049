"""What this app takes from inside Streamlit 1.67, where it offers no public way."""

from __future__ import annotations

from streamlit.runtime.pages_manager import PagesManager


def forget_pages_folder() -> None:
    """Tell Streamlit, before the first visitor, that its older kind of app (a folder `pages/`) is not meant.

    Until `st.navigation` was called once, it would tell whoever opens a chapter directly that there is no such page.
    """
    PagesManager.uses_pages_directory = False
