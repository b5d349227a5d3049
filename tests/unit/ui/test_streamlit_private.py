"""Fails when an upgrade of Streamlit changes what we take from inside it."""

from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
import streamlit as st
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
from streamlit.runtime.state import SafeSessionState
from streamlit.testing.v1 import AppTest

from lib.ui.kit.server import streamlit_private
from lib.ui.kit.server.streamlit_private import (
    Place,
    forget_pages_folder,
    is_shown,
    look_up_what_is_asked_for,
    place_now,
    run_again,
    watch_files_only_if_wanted,
)


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


@pytest.fixture
def session(monkeypatch):
    """A session that shows the fragment "f", idle, and a runtime that has it."""
    made = MagicMock(spec=AppSession, _scriptrunner=None, _client_state=ClientState(page_script_hash="p"))
    made.has_fragment = {"f"}.__contains__
    loop = SimpleNamespace(call_soon_threadsafe=lambda act: act())
    runtime = MagicMock(spec=Runtime, get_app_session={"s": made}.get)
    runtime._get_async_objs.return_value = SimpleNamespace(eventloop=loop)
    monkeypatch.setattr(Runtime, "exists", lambda: True)
    monkeypatch.setattr(Runtime, "instance", lambda: runtime)
    return made


def test_a_fragment_is_run_as_its_browser_would_ask_for_it_and_only_where_nothing_runs(session):
    place = Place("s", "f")
    assert is_shown(place)
    session._scriptrunner = object()
    run_again(place)
    session.request_rerun.assert_not_called()
    session._scriptrunner = None
    run_again(place)
    (asked,) = session.request_rerun.call_args.args
    assert (asked.fragment_id, asked.page_script_hash, asked.is_auto_rerun) == ("f", "p", True)
    assert not asked.widget_states.widgets
    assert not is_shown(Place("s", "of another page"))
    assert not is_shown(Place("gone", "f"))
    run_again(Place("gone", "f"))


def test_a_session_has_what_is_taken_from_it():
    """The stand-in above would have anything."""
    assert {"_scriptrunner", "_client_state"} <= set(AppSession.__init__.__code__.co_names)
    assert Runtime._get_async_objs.__annotations__["return"] == "AsyncObjects"


@pytest.mark.usefixtures("session")
def test_where_a_fragment_is_shown(monkeypatch):
    assert place_now() is None, "outside of a session"
    ThreadState.initialize()
    with ThreadState.scoped(fragment_id="f"):
        for session, place in (("s", Place("s", "f")), ("gone", None)):
            context = SimpleNamespace(session_id=session)
            monkeypatch.setattr(streamlit_private, "get_script_run_ctx", lambda context=context: context)
            assert place_now() == place


def test_a_value_that_is_looked_up_is_the_one_that_streamlit_puts_together(monkeypatch):
    monkeypatch.setattr(SafeSessionState, "filtered_state", SafeSessionState.filtered_state)
    app = AppTest.from_string(PAGE).run()
    app.slider(key="tokens").set_value(7).run()
    safe = app.session_state._state
    whole = SafeSessionState.filtered_state.fget(safe)
    look_up_what_is_asked_for()
    looked_up = safe.filtered_state
    assert {"tokens", "none", "kept"} >= set(whole) >= {"tokens", "none", "kept"}
    assert (dict(looked_up), len(looked_up)) == (whole, len(whole))
    assert {key: looked_up[key] for key in whole} == whole
    assert (whole["tokens"], whole["none"]) == (7, None)
    for name in ("gone", *safe._state._keys()):
        assert (name in looked_up) == (name in whole)


PAGE = """
import streamlit as st
st.session_state.setdefault("kept", [1])
st.slider("Tokens", 0, 10, key="tokens")
st.radio("None of these", [1, 2], index=None, key="none")
st.radio("Without a name", [1, 2])
"""
