"""What this app takes from inside Streamlit 1.67, where it offers no public way."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.pages_manager import PagesManager


def forget_pages_folder() -> None:
    """Tell Streamlit, before the first visitor, that its older kind of app (a folder `pages/`) is not meant.

    Until `st.navigation` was called once, it would tell whoever opens a chapter directly that there is no such page.
    """
    PagesManager.uses_pages_directory = False


def watch_files_only_if_wanted() -> None:
    """Make a session that comes back obey `server.fileWatcherType = "none"`, as a new one does.

    Streamlit gives every session whose connection was lost a watcher of source files when it is taken up again, which
    looks through all modules after a run, on the thread that serves everybody: when forty phones that had slept were
    shown an answer, everybody waited twelve seconds.
    """
    register = AppSession.register_file_watchers

    def register_if_wanted(session: AppSession) -> None:
        if st.get_option("server.fileWatcherType") != "none":
            register(session)

    AppSession.register_file_watchers = register_if_wanted
