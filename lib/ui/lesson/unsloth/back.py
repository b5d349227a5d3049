"""Bring it back: an adapter and a trainer's log from a GPU. Files are read at once; only their figures are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from lib.errors import StudentError
from lib.lesson.unsloth.brought import adapter as adapters
from lib.lesson.unsloth.brought import log as logs
from lib.lesson.unsloth.brought.archive import MOST_BYTES
from lib.lesson.unsloth.brought.recorded import recorded_log
from lib.ui.kit import controls
from lib.ui.kit.kept import keep, kept
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.ui.lesson.unsloth.curve import beside_own_curve
from lib.ui.lesson.unsloth.moved import what_it_moved
from lib.ui.lesson.unsloth.own_run import own_run, say_whose_curve

ADAPTER, LOG = "activity_adapter", "activity_log"
TURN = "activity_turn"
"""How often a file was read; each time the boxes are new, so that the server lets go of the file."""


def bring_it_back() -> list[dict]:
    """The rows to take away."""
    left, right = st.columns(2)
    with left:
        _box("Adapter (zip, safetensors or adapter_config.json)", "adapter", _read_adapter, MOST_BYTES)
        st.caption(
            f"Up to {MOST_BYTES // 1_000_000} MB here, five times what other uploads may have: rank 8 on a 1.7B model "
            "is 36 MB in fp32 and half in 16 bits. It is read at once, without running anything in it, and only its "
            "figures are kept. Larger? adapter_config.json alone will do."
        )
    with right:
        _box("Trainer's log (trainer_state.json or CSV)", "log", _read_log, logs.MOST_BYTES)
        st.caption("Up to 10 MB. A CSV needs the columns step and loss; eval_loss is the held-out loss.")
        sample = controls.toggle("No log yet: show a recorded one", False, key="un_sample")
    own = own_run()
    adapter, log = kept(ADAPTER), kept(LOG)
    if log is None and sample:
        log = recorded_log()
    say_whose_curve(own)
    rows = beside_own_curve(own, log, recorded=kept(LOG) is None)
    what_it_moved(own, adapter)
    if adapter or kept(LOG):
        st.button("Forget what I brought", on_click=_forget, icon=":material/delete:")
    return rows


def _box(label: str, what: str, read: Callable[[bytes, str], str], most_bytes: int) -> None:
    turn = st.session_state.get(f"{TURN}_{what}", 0)
    key = f"un_{what}_{turn}"
    st.file_uploader(
        label, key=key, on_change=_take_in, args=(key, what, read), max_upload_size=most_bytes // 1_000_000
    )
    said = st.session_state.get(f"un_{what}_said")
    if isinstance(said, StudentError):
        problem(said)
    elif said:
        st.success(escape(said), icon=":material/check:")


def _take_in(key: str, what: str, read: Callable[[bytes, str], str]) -> None:
    """Before the page runs, so that the whole of it shows what was brought."""
    upload = st.session_state.get(key)
    if upload is None:
        return
    try:
        said: object = read(upload.getvalue(), upload.name)
    except StudentError as error:
        said = error
    st.session_state[f"un_{what}_said"] = said
    st.session_state[f"{TURN}_{what}"] = st.session_state.get(f"{TURN}_{what}", 0) + 1


def _read_adapter(content: bytes, file: str) -> str:
    adapter = adapters.read_adapter(content, file)
    found = f"“{file}” is read: {adapter.parameters:,} parameters." if adapter.matrices else f"“{file}” is read."
    if adapter.log is not None:
        keep(LOG, logs.read_log(adapter.log, adapters.LOG))
        found += f" Its {adapters.LOG} is read too."
    keep(ADAPTER, replace(adapter, log=None))
    return found


def _read_log(content: bytes, file: str) -> str:
    log = logs.read_log(content, file)
    keep(LOG, log)
    return f"“{file}” is read: {len(log.training)} training losses, {len(log.held_out)} held-out ones."


def _forget() -> None:
    keep(ADAPTER, None)
    keep(LOG, None)
    for what in ("adapter", "log"):
        st.session_state.pop(f"un_{what}_said", None)
