"""Models that are not on this machine: why not, and a button to fetch one from the hub."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobView
from lib.models.catalogue import ModelUnavailable, catalogue, find
from lib.models.hub import Downloaded, DownloadProgress
from lib.ui.kit import jobs
from lib.ui.kit.text import escape
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
    # One label whatever is missing: an expander whose label changes is another one, and closed.
    with st.expander("Larger models that are not on this machine", icon=":material/cloud_download:"):
        choose, buttons = st.columns(2, vertical_alignment="bottom")
        name = choose.selectbox("Fetch from the hub", offered, format_func=_title, key="download_model")
        with buttons:
            jobs.start_and_stop(KIND, "Download", _submit, name, icon="download", main=False)
        st.caption(f"{escape(missing[name])}.")
        jobs.live(KIND, _draw)
    if set(offered) & set(models_here()[0]):  # one has arrived since `missing` was found
        st.rerun()


def _title(name: str) -> str:
    card = catalogue()[name]
    return f"{name} ({format_count(card.parameters)}, {card.licence})"


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
