"""A click that comes just before the whole page is asked for: Streamlit's own way loses it, ours does not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from types import CodeType
from unittest.mock import MagicMock

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.script_data import ScriptData
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache

from lib.ui.kit.server.streamlit_private import keep_clicks
from tests.waiting import LIMIT_S

PAGE = """
import streamlit as st
page = st.session_state["page"]

@st.fragment
def listed():
    st.button("In the list", key="listed", on_click=page.pressed.append, args=("listed",))
    page.stand_still()

if page.has_list:
    listed()
for key in ("one", "other"):
    st.button(key, key=key, on_click=page.pressed.append, args=(key,))
"""


class Page:
    """A session that shows PAGE, whose run can be held where a test wants it."""

    def __init__(self, script: str) -> None:
        self.pressed: list[str] = []
        self.has_list = True
        self.held: threading.Event | None = None
        self._standing = threading.Event()
        cache = MagicMock(spec=ScriptCache, get_bytecode=self._compiled)
        self._before_callbacks: threading.Event | None = None
        self.session = AppSession(ScriptData(script, False), MagicMock(), cache, None, {})
        self.session.session_state["page"] = self

    def _compiled(self, script: str) -> CodeType:
        """Streamlit asks for it after it has taken up what it was asked for, and before it calls anybody back."""
        self.stand_still(before_callbacks=True)
        return compile(Path(script).read_text(encoding="utf-8"), script, "exec")

    def stand_still(self, *, before_callbacks: bool = False) -> None:
        held = self._before_callbacks if before_callbacks else self.held
        if held is not None:
            self._standing.set()
            assert held.wait(LIMIT_S)

    def hold(self, *, before_callbacks: bool = False) -> threading.Event:
        """From now on runs stand still in the list, or before their callbacks, until this is set."""
        self.held = self._before_callbacks = None
        held = threading.Event()
        setattr(self, "_before_callbacks" if before_callbacks else "held", held)
        self._standing.clear()
        return held

    def go_on(self, held: threading.Event) -> None:
        self.held = self._before_callbacks = None
        held.set()

    async def stands_still(self) -> None:
        assert await asyncio.to_thread(self._standing.wait, LIMIT_S)

    def ask(self, press: str | None = None, *, in_list: bool = False) -> None:
        asked = ClientState()
        if in_list:
            asked.fragment_id = self.list_id
        if press is not None:
            key = self.session.session_state._key_id_mapper.get_id_from_key(press)
            asked.widget_states.widgets.add(id=key, trigger_value=True)
        self.session.request_rerun(asked)

    async def drawn(self) -> None:
        """Once, and with nothing left to run."""
        async with asyncio.timeout(LIMIT_S):
            while self.session._scriptrunner is not None:
                await asyncio.sleep(0.005)
        if self.has_list:
            (self.list_id,) = self.session._fragment_storage._fragments


async def pressed_behind_a_run_of_the_list(page: Page) -> None:
    held = page.hold()
    page.ask(in_list=True)
    await page.stands_still()
    page.ask("listed", in_list=True)
    page.ask("one")
    page.go_on(held)


async def pressed_once_taken_up(page: Page, first: str, *, in_list: bool = False) -> None:
    """One after a first press that has been taken up and has not come to its callback."""
    held = page.hold(before_callbacks=True)
    page.ask(first, in_list=in_list)
    await page.stands_still()
    page.ask("one")
    page.go_on(held)


async def pressed_in_a_list_that_is_gone(page: Page) -> None:
    page.has_list = False
    page.ask()
    await page.drawn()
    page.ask("listed", in_list=True)


async def pressed_one_after_the_other(page: Page) -> None:
    page.ask("listed", in_list=True)
    await page.drawn()
    page.ask("one")
    await page.drawn()
    page.ask()


@pytest.fixture
def play(tmp_path, monkeypatch) -> Callable[[Callable[[Page], Awaitable[None]]], list[str]]:
    """What was called back, sorted, when it was pressed like this."""
    monkeypatch.setattr(AppSession, "request_rerun", AppSession.request_rerun)
    monkeypatch.setattr(script_runner, "ScriptRequests", script_runner.ScriptRequests)
    monkeypatch.setattr(Runtime, "_instance", MagicMock(spec=Runtime))
    script = tmp_path / "page.py"
    script.write_text(PAGE, encoding="utf-8")

    def pressed(press: Callable[[Page], Awaitable[None]]) -> list[str]:
        async def scene() -> list[str]:
            page = Page(str(script))
            page.ask()
            await page.drawn()
            await press(page)
            await page.drawn()
            page.session.shutdown()
            return sorted(page.pressed)

        return asyncio.run(scene())

    return pressed


@pytest.mark.parametrize(
    ("press", "lost", "all_of_it"),
    [
        (pressed_behind_a_run_of_the_list, ["one"], ["listed", "one"]),
        (partial(pressed_once_taken_up, first="listed", in_list=True), ["one"], ["listed", "one"]),
        (partial(pressed_once_taken_up, first="other"), ["one"], ["one", "other"]),
        (pressed_in_a_list_that_is_gone, [], ["listed"]),
        (partial(pressed_once_taken_up, first="one"), ["one"], ["one"]),
        (pressed_one_after_the_other, ["listed", "one"], ["listed", "one"]),
    ],
)
def test_a_click_comes_to_its_callback_once_whatever_else_is_asked_for(play, press, lost, all_of_it):
    assert play(press) == lost, "Streamlit's own way; once this fails, ours may go"
    keep_clicks()
    assert play(press) == all_of_it
