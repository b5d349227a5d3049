"""What this app takes from inside Streamlit 1.67, where it offers no public way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx, script_runner
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
from streamlit.runtime.state import SafeSessionState
from streamlit.runtime.state.common import is_element_id
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX

from lib.ui.kit.server.clicks import Asked, KeptRequests, has_click, of_a_fragment, of_the_whole_page, with_clicks


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


def keep_clicks() -> None:
    """Make what takes a run's place take over the clicks that it had not seen to; `clicks.py` says when there are any.

    And a click into a part of the page that has been taken away meanwhile, which Streamlit would not hear of, comes to
    its callback, which knows whether it is too late, and says so.
    """
    script_runner.ScriptRequests = KeptRequests
    ask = AppSession.request_rerun

    def ask_for_all(session: AppSession, asked: Asked | None) -> None:
        if asked is not None and asked.fragment_id and has_click(asked) and not session.has_fragment(asked.fragment_id):
            asked = of_the_whole_page(asked)
        if asked is not None and not asked.fragment_id and session._scriptrunner is not None:
            kept = session._scriptrunner._requests.give_up()
            asked = asked if kept is None else with_clicks(asked, kept)
        ask(session, asked)

    AppSession.request_rerun = ask_for_all


class _LookedUp(Mapping[str, Any]):
    """A session's state by the names that a page gives, each value looked up when it is asked for."""

    def __init__(self, safe: SafeSessionState, whole: Callable[[SafeSessionState], dict[str, Any]]) -> None:
        self._safe, self._whole = safe, whole

    def __getitem__(self, key: str) -> Any:
        if is_element_id(key) or key.startswith(STREAMLIT_INTERNAL_KEY_PREFIX):
            raise KeyError(key)
        with self._safe._lock:
            return self._safe._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole(self._safe))

    def __len__(self) -> int:
        return len(self._whole(self._safe))


def look_up_what_is_asked_for() -> None:
    """Make each control look up its own value in the session's state.

    Streamlit puts all of the state together anew for each radio, box and list of a page, to see whether one value is
    None: the more chapters a student has opened, the longer every page takes.
    """
    whole = SafeSessionState.filtered_state.fget
    SafeSessionState.filtered_state = property(lambda safe: _LookedUp(safe, whole))


@dataclass(frozen=True)
class Place:
    """A fragment on a page that a browser shows."""

    session: str
    fragment: str


def place_now() -> Place | None:
    """Where the fragment that asks is shown; None outside of a server, as in a test of a page."""
    context = get_script_run_ctx()
    if context is None or not isinstance(_session(context.session_id), AppSession):
        return None
    return Place(context.session_id, ThreadState.get().fragment_id)


def _session(session: str) -> AppSession | None:
    """The one that a browser is connected to."""
    return Runtime.instance().get_app_session(session) if Runtime.exists() else None


def is_shown(place: Place) -> bool:
    """Whether a browser is connected that shows it; may be asked from any thread."""
    session = _session(place.session)
    return session is not None and session.has_fragment(place.fragment)


def run_again(place: Place) -> None:
    """Have a fragment run, as its browser would ask for it; may be called from any thread.

    Nothing is done while its page runs, since that might undo what its browser has just asked for: ask again later.
    """

    def ask() -> None:
        session = _session(place.session)
        if session is not None and session._scriptrunner is None:
            session.request_rerun(of_a_fragment(session._client_state, place.fragment))

    Runtime.instance()._get_async_objs().eventloop.call_soon_threadsafe(ask)
