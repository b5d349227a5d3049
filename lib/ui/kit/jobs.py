"""A job on a page: start, follow, stop. What it does is the business of its domain."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import streamlit as st

from lib.engine import Engine, JobState, JobView
from lib.errors import StudentError
from lib.models.catalogue import catalogue
from lib.models.origin import weights_by_way_of
from lib.ui.kit.presenting.recorded_run import give_way, is_recorded, live_key, recorded_view, say_recorded_run
from lib.ui.kit.problems import problem
from lib.ui.kit.session import CROWD, browsers_lately, owner
from lib.ui.kit.weights import came_through
from lib.units import format_duration, format_expected

WARM_MODULES = ("lib.training.finetune",)
RUNNING_S, LONG_S, WAITING_S = 0.2, 1.0, 2.0
"""How often a page asks: a run with news, one that takes long, and a place in the queue."""
BEGINNING_S, LONG_AFTER_S = 2.0, 8.0
"""Drawing five times a second costs the server and the browser more than the run itself: after its beginning a run is
asked so often only if it has that much to tell, and when it takes long, only where no class is at work."""
MUCH_TO_TELL_PER_S = 2.0
"""Events, on average since the run began."""

EXPLAINED_FROM_S = 45.0
"""A run that takes so long says so before it is started."""

_lock = threading.Lock()
_engine: Engine | None = None


def engine() -> Engine:
    """The one engine of this process. A Dask client is awaitable, which `st.cache_resource` refuses."""
    global _engine
    with _lock:
        if _engine is None:
            _engine = Engine.start(WARM_MODULES)
            atexit.register(close)
        return _engine


def start_in_background() -> None:
    """Start the engine without keeping anyone waiting."""

    def quietly() -> None:
        with suppress(StudentError):  # said on the page that needs it
            engine()

    threading.Thread(target=quietly, name="engine-start", daemon=True).start()


def close() -> None:
    """End the workers; the next use starts new ones."""
    global _engine
    with _lock:
        if _engine is not None:
            _engine.close()
        _engine = None


def submit(
    kind: str,
    function: str,
    argument: Any,
    *,
    expected_s: float,
    time_limit_s: float,
    model: str | None = None,
    wide: bool = False,
) -> None:
    """For a button's `on_click`: queue the job; what is wrong is kept for `live` to show.

    model  the model it loads, the largest of several: a large one makes the job wide
    wide   it takes all cores and runs alone
    """
    card = catalogue()[model] if model is not None else None
    large = card is not None and card.wide
    st.session_state[f"{kind}:problem"] = None
    give_way(kind)
    try:
        engine().submit(
            function,
            argument,
            owner=owner(),
            kind=kind,
            expected_s=expected_s,
            time_limit_s=time_limit_s,
            wide=wide or large,
            memory_bytes=card.memory_bytes if large else 0,
        )
    except StudentError as error:
        st.session_state[f"{kind}:problem"] = str(error)


def stop(kind: str) -> None:
    """For a button's `on_click`: stop the newest job of this kind, also one that is paused."""
    view = current(kind)
    if view is not None and (view.state.active or view.paused):
        engine().stop(view.id, owner=owner())


def pause(kind: str) -> None:
    """For a button's `on_click`: stop the newest job of this kind for a while. Its worker is free meanwhile; how it
    goes on is the business of its domain."""
    view = current(kind)
    if view is not None and view.state.active:
        engine().stop(view.id, owner=owner(), pausing=True)


def begin_when_there(kind: str) -> None:
    """The page that has a job of this kind starts it when it is drawn next, with what is chosen on it then.

    For a button's `on_click` as well: a callback's own arguments are those of the page as it was drawn last, and
    whoever types and presses at once would start what was there before.
    """
    st.session_state[f"{kind}:begin"] = True


def start_and_stop(
    kind: str,
    label: str,
    on_start: Callable[..., None],
    *arguments: Any,
    icon: str = "play_arrow",
    main: bool = True,
    stop_label: str = "Stop",
    stop_help: str | None = None,
) -> None:
    """Two buttons. Starting is off while a job of this kind goes or waits, or while an argument is missing (None).

    main        whether this is what the page is for, and so in colour
    stop_label  says what it stops, where a page has another Stop
    """
    view = current(kind)
    active = view is not None and view.state.active
    if st.session_state.pop(f"{kind}:begin", False) and not active and None not in arguments:
        on_start(*arguments)
        st.rerun()  # what stands above may show the job too
    left, right = st.columns(2)
    left.button(
        label,
        key=f"{kind}-start",
        shortcut=None if None in arguments else live_key(kind),
        type="primary" if main else "secondary",
        icon=f":material/{icon}:",
        on_click=begin_when_there,
        args=(kind,),
        disabled=active or None in arguments,
        width="stretch",
    )
    right.button(
        stop_label,
        key=f"{kind}-stop",
        icon=":material/stop:",
        on_click=stop,
        args=(kind,),
        disabled=not active and not (view is not None and view.paused),
        help=stop_help,
        width="stretch",
    )


def say_if_long(expected_s: float | None) -> None:
    """Above the button: how long the run will take, where nobody would expect that; None while it cannot be started."""
    if expected_s is not None and expected_s >= EXPLAINED_FROM_S:
        st.caption(
            f":material/schedule: Takes about {format_expected(expected_s)} on two processor cores; **Stop** keeps "
            "what there is."
        )


def current(kind: str) -> JobView | None:
    """This browser's newest job of this kind, running or over, also after a reload; or, on a projector, the recorded
    one."""
    # Where nothing was ever submitted the engine is not started only to hear that.
    job_id = engine().newest(owner(), kind) if _engine is not None else None
    if (recorded := recorded_view(kind, has_own=job_id is not None)) is not None:
        return recorded
    return engine().view(job_id, owner=owner()) if job_id else None


def live(kind: str, draw: Callable[[JobView], None], *, measures: bool = True) -> None:
    """Draw the newest job of this kind, again and again while it is active and never otherwise; below it what its
    model's weights came through, unless the page says so already.

    measures  whether what it finds depends on the weights, and not on the tokenizer alone
    """
    refused = st.session_state.get(f"{kind}:problem")
    if refused:
        problem(refused)
    try:
        view = current(kind)
    except StudentError as error:
        problem(error)
        return
    if view is None:
        return
    rate = _asks_every_s(view)
    weights = _weights(view) if measures else ""

    @st.fragment(run_every=rate)
    def part() -> None:
        now = current(kind)
        if now is None:
            return
        # Also started anew, by a button that `draw` has made; or it goes on so long that the page may ask more rarely.
        if (now.id, now.state, now.paused, _asks_every_s(now)) != (view.id, view.state, view.paused, rate):
            st.rerun()
        status(now)
        draw(now)
        if weights:
            st.caption(weights)

    part()


def say_of_run(view: JobView) -> None:
    """Of a run whose figures are drawn without `live`: that it was recorded, or what its weights came through."""
    if not say_recorded_run(view) and (weights := _weights(view)):
        st.caption(weights)


def _weights(view: JobView) -> str:
    """What the weights came through, unless the page says so already; the mark of a recorded run says it itself."""
    return "" if is_recorded(view) else came_through(weights_by_way_of(view.argument), view.kind)


def _asks_every_s(view: JobView) -> float | None:
    """Seconds between two looks of a page at its job; None: it is over."""
    if view.state is JobState.RUNNING:
        if view.elapsed_s < BEGINNING_S:
            return RUNNING_S
        much = len(view.events) > MUCH_TO_TELL_PER_S * view.elapsed_s
        return RUNNING_S if much and (view.elapsed_s < LONG_AFTER_S or browsers_lately() < CROWD) else LONG_S
    return WAITING_S if view.state is JobState.WAITING else None


def status(view: JobView) -> None:
    """One line: where the job is, and what went wrong, or that it was recorded."""
    if say_recorded_run(view):
        return
    if view.state is JobState.WAITING:
        ahead = f"{view.ahead} ahead of you" if view.ahead else "you are next"
        when = f"about {format_duration(view.waiting_s)}" if view.waiting_s >= 1 else "any moment now"
        st.info(f"Waiting: {ahead}, {when}.", icon=":material/hourglass_top:")
    elif view.state is JobState.FAILED:
        problem(view.message or "The run failed")
    elif view.paused:
        st.info(f"Paused by you after {format_duration(view.elapsed_s)}. Nothing is lost.", icon=":material/pause:")
    elif view.state is JobState.STOPPED:
        st.info(f"Stopped by you after {format_duration(view.elapsed_s)}.", icon=":material/stop_circle:")
