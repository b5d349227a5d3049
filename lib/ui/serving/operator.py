"""The operator's page: closed without the key, then the queue, the workers, the rooms and the memory of this server."""

from __future__ import annotations

import streamlit as st

from lib.classroom.overview import rooms_now
from lib.engine.overview import EngineOverview, KindOverview
from lib.errors import StudentError
from lib.serving import OperatorError, OperatorKey, ProcessMemory, processes
from lib.ui.kit import jobs
from lib.ui.kit.problems import guard, problem
from lib.ui.kit.session import browsers_lately
from lib.ui.kit.tables import show_table
from lib.units import format_count, format_duration, format_gib

OPEN = "operator:open"
EVERY_S = 5
_key = OperatorKey()


def opened() -> bool:
    """Whether this browser session has given the key; shows the form if not."""
    if st.session_state.get(OPEN):
        return True
    with st.form("operator-key", border=False):
        given = st.text_input("Operator's key", type="password", max_chars=200)
        if st.form_submit_button("Open", type="primary"):
            try:
                _key.check(given)
            except OperatorError as error:
                problem(str(error))
            else:
                st.session_state[OPEN] = True
                st.rerun()
    return False


@st.fragment(run_every=EVERY_S)
def overview() -> None:
    """The server now, every five seconds anew."""
    try:
        engine = jobs.engine()
    except StudentError as error:
        problem(str(error))
        _rooms()
        return
    seen = engine.overview()
    _headline(seen, engine.responds())
    _rooms()
    st.subheader(
        "Jobs", anchor=False, help="Those not over, and those of about the last hour. Whose they are is not shown."
    )
    if seen.kinds:
        show_table([_kind(each) for each in seen.kinds], alt="Jobs by kind and state")
    else:
        st.markdown("No job has been started since this process did, or within the last hour.")
    st.subheader("Processes", anchor=False)
    _processes(processes(engine.worker_process_ids))


def _headline(seen: EngineOverview, responds: bool) -> None:
    _metrics(
        ("Browsers in ten minutes", format_count(browsers_lately())),
        ("Workers", f"{seen.slots}" if responds else "none answers"),
        ("Running / waiting", f"{seen.running} / {seen.waiting}"),
        ("Last in line starts in", format_duration(seen.longest_wait_s) if seen.waiting else "no line"),
    )


def _rooms() -> None:
    st.subheader("Rooms", anchor=False, help="Those of all web processes that share the database. Which is not shown.")
    with guard():
        seen = rooms_now()
        _metrics(
            ("Rooms whose day is not over", format_count(seen.living)),
            ("Students in them", format_count(seen.members)),
            ("With a vote open now", format_count(seen.voting)),
        )


def _metrics(*shown: tuple[str, str]) -> None:
    for column, (label, value) in zip(st.columns(len(shown)), shown, strict=True):
        column.metric(label, value, border=True)


def _kind(each: KindOverview) -> dict[str, object]:
    return {
        "Kind": each.kind,
        "Running": each.running,
        "Waiting": each.waiting,
        "Done": each.done,
        "Stopped": each.stopped,
        "Failed": each.failed,
        "Median run": "none done" if each.median_run_s is None else format_duration(each.median_run_s),
    }


def _processes(found: tuple[ProcessMemory, ...]) -> None:
    rows = [
        {
            "Process": each.name,
            "Id": str(each.process_id),
            "Memory (RSS)": format_gib(each.resident_bytes),
            "Processor time": format_duration(each.cpu_s),
        }
        for each in found
    ]
    show_table(rows, alt="Processes of this server with their memory")
    st.caption("Measured now. Memory that processes share, such as torch's libraries, is counted in each of them.")
