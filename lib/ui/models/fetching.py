"""Models that are not on this machine: why not, and a button to fetch one."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobView
from lib.models.catalogue import BUNDLED, REAL, catalogue, find
from lib.models.errors import ModelUnavailable
from lib.models.fetch.events import Fetched, FetchProgress
from lib.models.fetch.job import progress_of_another, sweep
from lib.ui.kit import jobs
from lib.ui.kit.text import escape
from lib.units import format_count, format_gb

KIND, KIND_REAL = "download", "fetch-real-model"
LOOK_S = 1.0
"""How often a page looks how far a model is that is fetched in the background."""


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


def models_to_choose() -> list[str]:
    """Models that a page offers. The bundled one also where it is damaged: the run then says what is missing."""
    return list(dict.fromkeys([BUNDLED, *models_here()[0]]))


def offer_real_model() -> None:
    """Where the real small model is not on this machine: what it is for, a button to fetch it, and how far that is."""
    try:
        find(REAL)
    except ModelUnavailable:
        pass
    else:
        return
    sweep()  # the worker that fetched it last may have been killed
    card = catalogue()[REAL]
    words, buttons = st.columns(2, vertical_alignment="bottom")
    words.caption(
        f"{REAL} ({format_count(card.parameters)} parameters, {card.licence}) answers in English and knows enough to "
        "forget something. It is not on this machine yet; the bundled model serves meanwhile."
    )
    with buttons:
        jobs.start_and_stop(
            KIND_REAL, "Fetch", _queue_real_model, REAL, icon="download", main=False, stop_label="Stop fetching"
        )
    jobs.live(KIND_REAL, _draw_fetch)
    view = jobs.current(KIND_REAL)
    if (view is None or not view.state.active) and progress_of_another(REAL) is not None:
        _in_background()


def fetch_others(missing: dict[str, str]) -> None:
    """Each missing model with its reason; one can be downloaded at a time. The real one has `offer_real_model`."""
    offered = [name for name in missing if catalogue()[name].hub_id is not None and name != REAL]
    if not offered:
        return
    sweep()
    # One label whatever is missing: an expander whose label changes is another one, and closed.
    with st.expander("Larger models that are not on this machine", icon=":material/cloud_download:"):
        choose, buttons = st.columns(2, vertical_alignment="bottom")
        name = choose.selectbox("Fetch from the hub", offered, format_func=_title_of_model, key="download_model")
        with buttons:
            jobs.start_and_stop(KIND, "Download", _queue_download, name, icon="download", main=False)
        st.caption(f"{escape(missing[name])}.")
        jobs.live(KIND, _draw_fetch)
    if jobs.current(KIND) is not None and set(offered) & set(models_here()[0]):
        st.rerun()  # one has arrived since `missing` was found


@st.fragment(run_every=LOOK_S)
def _in_background() -> None:
    progress = progress_of_another(REAL)
    if progress is None:
        st.rerun()
    _bar(progress)


def _title_of_model(name: str) -> str:
    card = catalogue()[name]
    return f"{name} ({format_count(card.parameters)}, {card.licence})"


def _queue_download(name: str) -> None:
    jobs.submit(KIND, "lib.models.fetch.job:fetch", name, expected_s=60, time_limit_s=1800)


def _queue_real_model(name: str) -> None:
    jobs.submit(KIND_REAL, "lib.models.fetch.job:fetch", name, expected_s=40, time_limit_s=1800)


def _draw_fetch(view: JobView) -> None:
    done = next((event for event in view.events if isinstance(event, Fetched)), None)
    newest = next((event for event in reversed(view.events) if isinstance(event, FetchProgress)), None)
    if done is not None:
        st.success(f"{done.name} is here: {format_gb(done.total_bytes)}. Choose it above.", icon=":material/check:")
    elif view.state.active and newest is not None:
        _bar(newest)


def _bar(progress: FetchProgress) -> None:
    counted = f": {format_gb(progress.done_bytes)} of {format_gb(progress.total_bytes)}" if progress.total_bytes else ""
    share = progress.done_bytes / progress.total_bytes if progress.total_bytes else 0.0
    st.progress(min(share, 1.0), f"{progress.stage}{counted}")
