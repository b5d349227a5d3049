"""A class sweep: cells are dealt once each, come back, are started by the instructor, and keep their first result."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from lib.classroom import members, questions, rooms
from lib.classroom.errors import NotTheInstructor, RoomError, TooOften
from lib.classroom.experiments import sweep
from lib.classroom.experiments.sweep import CellState
from lib.classroom.order import clock
from lib.classroom.order.visits import STARTS_A_MINUTE
from lib.classroom.records import Stage
from lib.training.comparing import grid_job
from lib.training.comparing.grid import GRIDS, CellDone, CellRuns, frontier
from lib.training.errors import Diverged
from lib.training.events import Event
from lib.training.run import FineTuningRun
from tests.unit.classroom.room import browser, room_with

SIZE = "42"


@pytest.fixture
def swept(shared):
    """(code, instructor, students' browsers, number of the sweep's question)."""
    code, instructor, browsers = room_with(shared, 3, part=None)
    return code, instructor, browsers, sweep.open_sweep(shared, code, instructor, SIZE).number


def done(number: int, loss: float = 2.0, forgot: float = 0.1) -> CellDone:
    return CellDone(number, 3.0, loss, forgot)


def test_forty_two_phones_at_once_get_forty_two_cells(shared):
    code, instructor, browsers = room_with(shared, 43, part=None)
    number = sweep.open_sweep(shared, code, instructor, SIZE).number
    with ThreadPoolExecutor(8) as pool:
        dealt = list(pool.map(lambda each: sweep.deal(shared, code, each, number), browsers))
    cells = [each for each in dealt if each is not None]
    assert len(cells) == 42
    assert {(each.rank, each.learning_rate) for each in cells} == set(GRIDS[SIZE].cells)
    again = [sweep.deal(shared, code, each, number) for each in browsers]
    assert [each and each.number for each in again] == [each and each.number for each in dealt]


def test_the_first_cells_dealt_cover_the_grid(shared, swept):
    code, _, _, number = swept
    others = [browser() for _ in range(11)]
    for each in others:
        members.join(shared, code, each, "Other")
    cells = [sweep.deal(shared, code, each, number) for each in others]
    assert len({each.rank for each in cells}) >= 4
    assert len({each.learning_rate for each in cells}) >= 4


def test_a_phone_that_leaves_gives_its_cell_back(shared, swept):
    code, _, (one, other, _), number = swept
    first = sweep.deal(shared, code, one, number)
    sweep.start_own_cell(shared, code, one, number)
    members.leave(shared, code, one)
    assert sweep.sweep_now(shared, code, number).cells[first.number].state is CellState.FREE
    again = sweep.deal(shared, code, other, number)
    assert (again.number, again.state) == (first.number, CellState.DEALT)


def test_a_result_stays_when_its_phone_leaves(shared, swept):
    code, _, (one, other, _), number = swept
    cell = sweep.deal(shared, code, one, number)
    sweep.keep_result(shared, code, number, done(cell.number))
    members.leave(shared, code, one)
    now = sweep.sweep_now(shared, code, number).cells[cell.number]
    assert (now.state, now.done) == (CellState.DONE, done(cell.number))
    assert sweep.deal(shared, code, other, number).number != cell.number


def test_the_instructor_starts_what_nobody_has_started(shared, swept):
    code, instructor, (one, other, third), number = swept
    started, waiting = (sweep.deal(shared, code, each, number) for each in (one, other))
    sweep.start_own_cell(shared, code, one, number)
    with pytest.raises(NotTheInstructor):
        sweep.start_the_rest(shared, code, one, number)
    runs = sweep.start_the_rest(shared, code, instructor, number)
    numbers = {each[0] for each in runs.cells}
    assert len(runs.cells) == 41
    assert started.number not in numbers
    assert waiting.number in numbers
    assert sweep.deal(shared, code, third, number) is None
    with pytest.raises(RoomError, match="No cell of this sweep is yours"):
        sweep.start_own_cell(shared, code, other, number)
    assert sweep.start_the_rest(shared, code, instructor, number) is None


def test_a_run_that_is_lost_can_be_started_by_the_instructor(shared, swept):
    code, instructor, (one, *_), number = swept
    cell = sweep.deal(shared, code, one, number)
    sweep.start_own_cell(shared, code, one, number, now_s=1000.0)
    runs = sweep.start_the_rest(shared, code, instructor, number, now_s=1001.0 + sweep.LOST_AFTER_S)
    assert cell.number in {each[0] for each in runs.cells}


def test_a_phone_that_starts_its_cell_again_and_again_is_refused_and_others_start_theirs(shared, swept, monkeypatch):
    code, instructor, (flooding, other, _), number = swept
    opened_at_s = rooms.room(shared, code).opened_at_s
    monkeypatch.setattr(clock, "time_of_day_s", lambda: opened_at_s)  # one minute
    for each in (flooding, other):
        sweep.deal(shared, code, each, number)
    for _ in range(STARTS_A_MINUTE):
        sweep.start_own_cell(shared, code, flooding, number)
    sweep.start_own_cell(shared, code, other, number)
    for _ in range(STARTS_A_MINUTE):
        sweep.start_the_rest(shared, code, instructor, number)
    for deed, who in ((sweep.start_own_cell, flooding), (sweep.start_the_rest, instructor)):
        with pytest.raises(TooOften, match="6 runs within a minute"):
            deed(shared, code, who, number)


def test_a_phone_has_its_place_before_the_room_has_its_result(shared, swept):
    code, _, (one, other, third), number = swept
    mine, better, worse = (sweep.deal(shared, code, each, number) for each in (one, other, third))
    mine = replace(mine, state=CellState.DONE, done=done(mine.number))
    assert sweep.sweep_now(shared, code, number).place_of(mine) == (1, 1)
    sweep.keep_result(shared, code, number, done(better.number, loss=1.5))
    sweep.keep_result(shared, code, number, done(worse.number, loss=2.5))
    assert sweep.sweep_now(shared, code, number).place_of(mine) == (2, 3)
    sweep.keep_result(shared, code, number, mine.done)
    assert sweep.sweep_now(shared, code, number).place_of(mine) == (2, 3)


def test_the_first_result_of_a_cell_stands(shared, swept):
    code, _, (one, *_), number = swept
    cell = sweep.deal(shared, code, one, number)
    sweep.keep_result(shared, code, number, CellDone(cell.number, problem="It diverged"))
    sweep.keep_result(shared, code, number, done(cell.number))
    now = sweep.sweep_now(shared, code, number)
    assert now.cells[cell.number].state is CellState.FAILED
    assert now.best is None
    with pytest.raises(RoomError, match="over already"):
        sweep.start_own_cell(shared, code, one, number)


def test_nothing_is_dealt_in_a_sweep_that_is_closed_and_no_other_size_is_opened(shared, swept):
    code, instructor, (one, *_), number = swept
    questions.move(shared, code, instructor, number, Stage.SHOWN)
    assert sweep.deal(shared, code, one, number) is None
    with pytest.raises(RoomError, match="12, 20, 42"):
        sweep.open_sweep(shared, code, instructor, "1000000")


def test_the_frontier_holds_what_no_other_run_beats():
    cells = [done(0, 2.0, 0.5), done(1, 2.5, 0.1), done(2, 2.6, 0.2), done(3, 2.0, 0.4), CellDone(4, problem="no")]
    assert [each.number for each in frontier(cells)] == [3, 1]


def filled(*ends: tuple[float, float] | None) -> sweep.Sweep:
    """The small grid, by (held-out loss, forgot); None is a run that failed."""
    cells = []
    for number, ((rank, rate), end) in enumerate(zip(GRIDS["12"].cells, ends, strict=True)):
        state = CellState.FAILED if end is None else CellState.DONE
        result = CellDone(number, problem="no") if end is None else done(number, *end)
        cells.append(sweep.Cell(number, rank, rate, state, result))
    return sweep.Sweep(GRIDS["12"], tuple(cells))


def test_the_next_on_the_frontier_learnt_something_and_forgot_less():
    """The base model has 3.0: what is worse than that has learnt nothing, however little it forgot."""
    best, mild, useless, beaten = (2.0, 0.5), (2.25, 0.2), (3.5, 0.0), (2.5, 0.4)
    found = filled(beaten, mild, best, useless, *[beaten] * 8)
    assert (found.best.number, found.next_on_frontier.number) == (2, 1)
    assert found.behind_best(found.next_on_frontier) == 0.25
    assert filled(best, useless, *[beaten] * 10).next_on_frontier.number == 2
    assert filled(best, useless, *[(2.0, 0.6)] * 10).next_on_frontier is None


def test_the_rank_that_a_rate_still_bears_is_the_highest_below_the_one_that_failed():
    """Cells go rank by rank: 1, 4, 16 and 64, each with three rates."""
    ok = (2.0, 0.1)
    assert [GRIDS["12"].cells[at] for at in (2, 5, 8, 11)] == [(rank, GRIDS["12"].rates[2]) for rank in (1, 4, 16, 64)]
    assert filled(*[ok] * 12).rank_still_borne is None
    assert filled(*[ok] * 11, None).rank_still_borne == 16
    assert filled(*[ok] * 8, None, ok, ok, None).rank_still_borne == 4
    assert filled(ok, ok, None, *[ok] * 9).rank_still_borne is None  # a higher rank bore the same rate


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
@pytest.mark.usefixtures("bundled_is_tiny")
def test_cells_run_one_after_another_and_one_that_diverges_leaves_its_sentence(monkeypatch):
    real = grid_job.finetune

    def diverging(run: FineTuningRun) -> Iterator[Event]:  # the tiny model's own norms keep any rate from diverging
        if run.learning_rate > 1:
            raise Diverged(3, 99.0, 5.5, run.learning_rate)
        return real(run)

    monkeypatch.setattr(grid_job, "finetune", diverging)
    told = list(grid_job.run_cells(CellRuns(((8, 4, 1e5), (7, 4, 1e-2)), steps=6)))
    bad, good = (each for each in told if isinstance(each, CellDone))
    assert (bad.number, good.number) == (8, 7)
    assert bad.held_out_loss is None
    assert bad.problem == str(Diverged(3, 99.0, 5.5, 1e5))
    assert good.problem is None
    assert good.held_out_loss < good.base_loss


@pytest.mark.parametrize("size", GRIDS)
def test_the_update_s_scale_is_that_which_the_map_names(size):
    cells = CellRuns(tuple((number, *each) for number, each in enumerate(GRIDS[size].cells)))
    assert {run.lora_alpha / run.rank for _, run in cells.runs()} == {2}


@pytest.mark.thorough
@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_rank_64_does_not_bear_the_highest_rate_with_which_rank_16_learns():
    highest = max(GRIDS["42"].rates)
    low, high = (each for each in grid_job.run_cells(CellRuns(((0, 16, highest), (1, 64, highest)))) if is_over(each))
    assert low.held_out_loss < low.base_loss - 2
    assert "learning rate" in high.problem


def is_over(told: object) -> bool:
    return isinstance(told, CellDone)
