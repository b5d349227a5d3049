"""Models that are not on this machine: why not, and a button to fetch one from the hub."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobView
from lib.models.catalogue import ModelUnavailable, catalogue, find
from lib.models.hub import Downloaded, DownloadProgress
from lib.ui import jobs
from lib.ui.text import escape
from lib.units import format_count, format_gb

KIND = "download"


def models_here() -> tuple[list[str], dict[str, str]]:
    """Models that can be loaded here, and why the others cannot."""
    here, missing = [], {}
    for name in catalogue():
        try:
            find(name)
        except ModelUnavailable as why:
            missing[name] = str(why)
        else:
            here.append(name)
    return here, missing


def fetch_others(missing: dict[str, str]) -> None:
    """Each missing model with its reason; one can be downloaded at a time."""
    offered = [name for name in missing if catalogue()[name].hub_id is not None]
    if not offered:
        return
    with st.expander("Larger models, and why they are not here", icon=":material/cloud_download:"):
        for name in offered:
            card = catalogue()[name]
            st.markdown(f"- {escape(missing[name])} ({format_count(card.parameters)}, {escape(card.licence)}).")
        view = jobs.current(KIND)
        active = view is not None and view.state.active
        choose, start, stop = st.columns([2, 1, 1], vertical_alignment="bottom")
        name = choose.selectbox("Download", offered, key="download_model")
        start.button("Download", on_click=_submit, args=(name,), disabled=active, width="stretch")
        stop.button("Stop", key="download_stop", on_click=jobs.stop, args=(KIND,), disabled=not active, width="stretch")
        jobs.live(KIND, _draw)


def _submit(name: str) -> None:
    jobs.submit(KIND, "lib.models.hub:download", name, expected_s=60, time_limit_s=1800)


def _draw(view: JobView) -> None:
    done = next((event for event in view.events if isinstance(event, Downloaded)), None)
    newest = next((event for event in reversed(view.events) if isinstance(event, DownloadProgress)), None)
    if done is not None:
        st.success(f"{done.name} is here: {format_gb(done.total_bytes)}. Choose it above.", icon=":material/check:")
    elif view.state.active and newest is not None:
        share = newest.done_bytes / newest.total_bytes if newest.total_bytes else 0.0
        st.progress(min(share, 1.0), f"{format_gb(newest.done_bytes)} of {format_gb(newest.total_bytes)}")
