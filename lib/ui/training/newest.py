"""The newest finished run of this browser, as the views beside Train use it."""

from __future__ import annotations

import streamlit as st

from lib.training.out.record import RunRecord, record
from lib.ui.kit import jobs
from lib.ui.training.train.run import KIND


def newest_record() -> RunRecord | None:
    """The newest run, once it is over and has learnt something."""
    view = jobs.current(KIND)
    if view is None or view.state.active:
        return None
    return record(view.argument, (*view.argument.earlier, *view.events))


def nothing_yet(what: str) -> None:
    """What to do where there is no finished run."""
    view = jobs.current(KIND)
    if view is not None and view.state.active:
        st.info(f"Your run is not over yet; {what} will be here when it is.", icon=":material/hourglass_top:")
        return
    st.info(f"Choose **Train** above and press Start: {what} will be here afterwards.", icon=":material/arrow_upward:")
