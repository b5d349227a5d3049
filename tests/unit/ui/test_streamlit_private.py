"""Fails when an upgrade of Streamlit changes what we take from inside it."""

from unittest.mock import MagicMock

import streamlit as st
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.pages_manager import PagesManager

from lib.ui.kit.server.streamlit_private import forget_pages_folder, watch_files_only_if_wanted


def test_streamlit_decides_by_this_flag_whether_a_folder_of_pages_is_an_app(tmp_path):
    """As it does when a server starts: None is "not known yet", a folder `pages/` beside the script sets it."""
    before = PagesManager.uses_pages_directory
    try:
        PagesManager.uses_pages_directory = None
        (tmp_path / "pages").mkdir()
        PagesManager(str(tmp_path / "app.py"))
        assert PagesManager.uses_pages_directory is True
        forget_pages_folder()
        PagesManager(str(tmp_path / "app.py"))
        assert PagesManager.uses_pages_directory is False
    finally:
        PagesManager.uses_pages_directory = before


def test_a_session_that_comes_back_watches_files_only_if_that_is_wanted(tmp_path, monkeypatch):
    """Streamlit's own way ignores the setting, as long as this test passes."""
    monkeypatch.setattr(AppSession, "register_file_watchers", AppSession.register_file_watchers)
    assert st.get_option("server.fileWatcherType") == "none"
    session = MagicMock(_local_sources_watcher=None, _pages_manager=PagesManager(str(tmp_path / "app.py")))
    AppSession.register_file_watchers(session)
    assert session._local_sources_watcher is not None
    AppSession.disconnect_file_watchers(session)
    watch_files_only_if_wanted()
    AppSession.register_file_watchers(session)
    assert session._local_sources_watcher is None
