"""Fails when an upgrade of Streamlit changes what we take from inside it."""

from streamlit.runtime.pages_manager import PagesManager

from lib.ui.kit.streamlit_private import forget_pages_folder


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
