"""A class sweep: the map on the projector, and one cell of it on a phone."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lib.charts.classroom.sweep import describe_sweep, filled, tradeoff
from lib.classroom.experiments.sweep import (
    Cell,
    CellState,
    Sweep,
    deal,
    open_sweep,
    start_own_cell,
    start_the_rest,
    sweep_now,
)
from lib.classroom.records import Asked, Room, Stage, name_of_run
from lib.engine import JobState, JobView
from lib.training.comparing.grid import GRIDS, SCALE, STEPS, CellDone, CellRuns, CellStep
from lib.ui.classroom.doing import PROBLEM, VIEW, attempt, db
from lib.ui.classroom.experiments.collecting import follow
from lib.ui.classroom.watching import PROJECTOR_S, RUNS_S, watch
from lib.ui.kit import jobs
from lib.ui.kit.chapter import measured
from lib.ui.kit.controls import segmented
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.session import owner

KIND, KIND_REST = "class-cell", "class-cells"


def starting_a_sweep(room: Room) -> None:
    st.markdown(
        "Every phone is dealt one cell of a grid, rank × learning rate, and trains one short LoRA with it on the kopi "
        "orders. The map on the projector fills as the runs end: which cell learns most, and what does it forget?"
    )
    sizes = {size: f"{size} cells: {len(g.ranks)} ranks × {len(g.rates)} rates" for size, g in GRIDS.items()}
    usual = next((size for size in GRIDS if int(size) >= room.members), "42")
    size = segmented("Grid", sizes, "12", key="room_grid")
    st.caption(
        f"{room.members} in the room: {usual} cells suit it. Every cell runs {STEPS} updates of the bundled model with "
        f"lora_alpha = {SCALE} × rank and one seed; what nobody takes, you start from here."
    )
    st.button("Deal the cells", type="primary", icon=":material/grid_on:", on_click=_deal_out, args=(room.code, size))


def _deal_out(code: str, size: str) -> None:
    if attempt(open_sweep, db(), code, owner(), size) is not None:
        st.session_state[VIEW] = "show"


def sweep_on_projector(room: Room, asked: Asked) -> None:
    st.header(asked.question, anchor=False)
    sweep = sweep_now(db(), room.code, asked.number)
    closed, whole = asked.stage is Stage.SHOWN, sweep.over == len(sweep.cells)
    if whole or (closed and not sweep.count(CellState.STARTED)):
        show_map(sweep)
    else:  # what goes when it is closed is still to come
        every_s = RUNS_S if closed else PROJECTOR_S
        watch(lambda: sweep_now(db(), room.code, asked.number), every_s, _show_while_it_fills)
    jobs.live(KIND_REST, lambda _: None)
    if asked.stage.is_open and sweep.over < len(sweep.cells):
        st.button(
            "Start the cells that nobody has started",
            icon=":material/playlist_play:",
            on_click=_start_rest,
            args=(room.code, asked.number),
        )


def _show_while_it_fills(sweep: Sweep) -> None:
    if sweep.over == len(sweep.cells):
        st.rerun()  # the whole page, which then asks no more
    show_map(sweep)


def show_map(sweep: Sweep) -> None:
    going, dealt = sweep.count(CellState.STARTED), sweep.count(CellState.DEALT)
    total = len(sweep.cells)
    st.progress(
        sweep.over / total,
        f"**{sweep.over} of {total}** runs are over; {going} running or waiting, {dealt} dealt and not started, "
        f"{sweep.count(CellState.FREE)} free",
    )
    left, right = st.columns(2)
    left.plotly_chart(filled(sweep), key="room_sweep_grid", alt=describe_sweep(sweep))
    if sweep.best is not None:
        right.plotly_chart(tradeoff(sweep), key="room_sweep_tradeoff", alt=describe_sweep(sweep))
        happened(in_words_of(sweep))
        measured(
            f"Held-out kopi orders, and Wells's *The Time Machine*, here and now; {STEPS} updates a run, one seed: "
            f"neighbours whose figures are close are not told apart. lora_alpha is {SCALE} × rank in every cell, as "
            "many set it, so a higher rank does more with the same rate; a sweep of the rank in **Compare** of Live "
            "LoRA keeps lora_alpha instead, and there one rate suits nearly every rank."
        )


def in_words_of(sweep: Sweep) -> str:
    """What the map shows, in its own numbers."""
    best = sweep.best
    done = best.done
    said = (
        f"**{best.title[:1].upper()}{best.title[1:]}** has the lowest held-out loss{_so_far(sweep)}: "
        f"**{done.held_out_loss:.2f}** nats per token, beside {done.base_loss:.2f} of the base model; of the book it "
        f"{_forgot(done.forgot)}."
    )
    mild = sweep.next_on_frontier
    if mild is not None:
        said += (
            f" The next on the frontier, {mild.title}, learnt {sweep.behind_best(mild):.2f} less and "
            f"{_forgot(mild.done.forgot)}."
        )
    return said + _what_failed(sweep)


def _so_far(sweep: Sweep) -> str:
    return "" if sweep.over == len(sweep.cells) else " so far"


def _what_failed(sweep: Sweep) -> str:
    if not sweep.failed:
        return ""
    said = f" Ended in a problem (✕): {'; '.join(each.title for each in sweep.failed)}."
    if sweep.rank_still_borne is not None:
        said += (
            f" With the same rate rank {sweep.rank_still_borne} still learnt: every number of A and B moves by about "
            "the rate, a higher rank has more of them, and their sum overshoots."
        )
    return said


def _forgot(nats: float) -> str:
    return f"forgot {nats:.2f}" if nats >= 0 else f"became better by {-nats:.2f}"


def _start_rest(code: str, number: int) -> None:
    asked: CellRuns | None = attempt(start_the_rest, db(), code, owner(), number)
    if asked is not None:
        _queue_cells(KIND_REST, asked, code, number)
    elif PROBLEM not in st.session_state:
        st.toast("Every cell has been started; the map fills as the runs end.", icon=":material/grid_on:")


def _queue_cells(kind: str, asked: CellRuns, code: str, number: int) -> None:
    times = {"expected_s": asked.expected_s, "time_limit_s": asked.time_limit_s}
    jobs.submit(kind, "lib.training.comparing.grid_job:run_cells", asked, **times)
    if not st.session_state.get(f"{kind}:problem"):
        follow(kind, owner(), code, number)


def sweep_on_phone(code: str, asked: Asked) -> None:
    st.header(asked.question, anchor=False)
    cell = deal(db(), code, owner(), asked.number)
    closed = asked.stage is Stage.SHOWN
    if cell is None:
        said = "The sweep is over; you had no cell in it." if closed else "Every cell is taken; watch the projector."
        st.info(said, icon=":material/grid_on:")
        return
    st.markdown(f"Your cell: **rank {cell.rank}**, **learning rate {cell.learning_rate:g}**")
    if cell.done is not None:
        _own_result(code, asked, cell)
        return
    view = jobs.current(KIND)
    mine = view if view is not None and view.argument.of == name_of_run(code, asked.number) else None
    if closed and cell.state is CellState.DEALT:
        st.info("The sweep is over; your cell was not run.", icon=":material/grid_on:")
    elif closed:
        st.info("The sweep is closed; your run still counts once it is over.", icon=":material/grid_on:")
    elif mine is None or mine.state is not JobState.DONE:
        st.button(
            "Start" if mine is None else "Start again",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=mine is not None and mine.state.active,
            on_click=_start_own,
            args=(code, asked.number),
        )
        st.caption(f"{STEPS} updates of a small model on kopi orders; your result lands on the projector.")
    if mine is not None or view is None or st.session_state.get(f"{KIND}:problem"):
        jobs.live(KIND, lambda now: _own_progress(code, asked, cell, now))


def _start_own(code: str, number: int) -> None:
    asked = attempt(start_own_cell, db(), code, owner(), number)
    if asked is not None:
        _queue_cells(KIND, asked, code, number)


def _own_progress(code: str, asked: Asked, cell: Cell, view: JobView) -> None:
    if view.argument.of != name_of_run(code, asked.number):
        return
    step = max((event.step for event in view.events if isinstance(event, CellStep)), default=0)
    done = next((event for event in view.events if isinstance(event, CellDone)), None)
    if done is not None:
        state = CellState.DONE if done.problem is None else CellState.FAILED
        _own_result(code, asked, replace(cell, state=state, done=done))
    elif view.state.active:
        st.progress(step / STEPS, f"Update {step} of {STEPS}")


def _own_result(code: str, asked: Asked, cell: Cell) -> None:
    if cell.state is CellState.FAILED:
        st.warning(f"Your run ended in a problem: {cell.done.problem}", icon=":material/error:")
        return
    sweep = sweep_now(db(), code, asked.number)
    place, of = sweep.place_of(cell)
    done = cell.done
    st.success(
        f"Held-out loss **{done.held_out_loss:.2f}** nats per token (base model {done.base_loss:.2f}): place {place} "
        f"of {of}{_so_far(sweep)}. Of the book it {_forgot(done.forgot)}.",
        icon=":material/check:",
    )
