"""A class sweep: each phone is dealt one cell of a grid (rank × learning rate), and its run fills the room's map.

A sweep is a question of the part PART whose choices are its cells. Cells are dealt in an order drawn by a seed, so that
a map half full covers the whole grid. SQLAlchemy is imported where the database is asked.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from lib.classroom.errors import RoomError
from lib.classroom.order import clock
from lib.classroom.records import Asked, name_of_run
from lib.training.comparing.grid import GRIDS, CellDone, CellRuns, Grid, frontier

if TYPE_CHECKING:
    from lib.classroom.storage.database import Database

PART = "sweep "
CHAPTER = "live_lora"
QUESTION = "Which rank and learning rate learn most, and what do they forget?"
LOST_AFTER_S = 600.0
"""A run that has told nothing for so long is taken to be lost."""


class CellState(StrEnum):
    """The way of a cell: nobody has it, a phone has it, its run goes, and how that ended."""

    FREE = "free"
    DEALT = "dealt"
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Cell:
    """One cell as it stands; whose it is is not told."""

    number: int
    rank: int
    learning_rate: float
    state: CellState
    done: CellDone | None

    @property
    def title(self) -> str:
        return cell_title(self.rank, self.learning_rate)


@dataclass(frozen=True)
class Sweep:
    """The whole grid as it stands."""

    grid: Grid
    cells: tuple[Cell, ...]

    @property
    def whole(self) -> tuple[Cell, ...]:
        """Cells whose run came to its figures."""
        return tuple(each for each in self.cells if each.state is CellState.DONE)

    @property
    def over(self) -> int:
        return sum(each.done is not None for each in self.cells)

    def count(self, state: CellState) -> int:
        return sum(each.state is state for each in self.cells)

    @property
    def best(self) -> Cell | None:
        """With the lowest held-out loss; None before the first run is over."""
        return min(self.whole, key=lambda each: each.done.held_out_loss, default=None)

    def behind_best(self, cell: Cell) -> float:
        """Nats per token by which a whole cell's held-out loss is higher than the lowest."""
        return cell.done.held_out_loss - self.best.done.held_out_loss

    @property
    def next_on_frontier(self) -> Cell | None:
        """Behind the best: it learnt less and forgot less. None where there is none that learnt at all."""
        edge = frontier([each.done for each in self.whole])[1:]
        learnt = (each for each in edge if each.held_out_loss < self.best.done.base_loss)
        return next((self.cells[each.number] for each in learnt), None)

    @property
    def failed(self) -> tuple[Cell, ...]:
        """Cells whose run ended in a problem."""
        return tuple(each for each in self.cells if each.state is CellState.FAILED)

    @property
    def rank_still_borne(self) -> int | None:
        """The highest rank that came to its figures with a rate with which a higher one failed, the lowest of these
        where there are several such rates; None unless this is so of every cell that failed."""
        borne = [
            max((each.rank for each in self.whole if each.learning_rate == cell.learning_rate), default=0)
            for cell in self.failed
        ]
        so = all(0 < rank < cell.rank for rank, cell in zip(borne, self.failed, strict=True))
        return min(borne) if borne and so else None

    def place_of(self, cell: Cell) -> tuple[int, int]:
        """Place of a whole cell by its held-out loss, and among how many; its own browser knows it before the room."""
        others = [each.done.held_out_loss for each in self.whole if each.number != cell.number]
        return 1 + sum(loss < cell.done.held_out_loss for loss in others), 1 + len(others)


def is_sweep(asked: Asked) -> bool:
    return asked.part.startswith(PART)


def grid_of(asked: Asked) -> Grid:
    return GRIDS[asked.part.removeprefix(PART)]


def cell_title(rank: int, learning_rate: float) -> str:
    return f"rank {rank}, learning rate {learning_rate:g}"


def open_sweep(db: Database, code: str, browser: str, size: str, seed: int = 0) -> Asked:
    """Put a sweep over the grid of that size to the room; none of its cells is dealt yet."""
    import sqlalchemy as sa

    from lib.classroom.questions import put_question, question_row
    from lib.classroom.rooms import led_row
    from lib.classroom.storage.tables import cells

    if size not in GRIDS:
        raise RoomError(f"A sweep must have {', '.join(GRIDS)} cells; choose one of these numbers.")
    grid = GRIDS[size]
    choices = [{"text": cell_title(*each), "correct": False, "why": ""} for each in grid.cells]
    asked = put_question(db, code, browser, CHAPTER, PART + size, QUESTION, choices)
    order = list(range(len(grid.cells)))
    random.Random(seed).shuffle(order)
    with db.writing() as connection:
        row = question_row(connection, led_row(connection, code, browser).id, asked.number)
        connection.execute(
            sa.insert(cells), [{"question_id": row.id, "number": number, "by_instructor": False} for number in order]
        )
    return asked


def deal(db: Database, code: str, browser: str, number: int) -> Cell | None:
    """The cell of this browser in that sweep: the one it has, else the next that is free; None where none is left."""
    import sqlalchemy as sa

    from lib.classroom.members import member_row
    from lib.classroom.questions import question_row, record
    from lib.classroom.rooms import row_of
    from lib.classroom.storage.tables import cells

    with db.reading() as connection:  # most looks find the cell that was dealt before, and need not write
        room_row = row_of(connection, code)
        mine = member_row(connection, room_row, browser)
        row = question_row(connection, room_row.id, number)
        grid = grid_of(record(row))
        own = sa.select(cells).where(cells.c.question_id == row.id, cells.c.member_id == mine.id)
        found = connection.execute(own).first()
    if found is not None:
        return _cell(grid, found)
    with db.writing() as connection:
        row = question_row(connection, room_row.id, number, locked=True)  # one by one: no cell is dealt twice
        found = connection.execute(own).first()
        if found is None and record(row).stage.is_open:
            free = sa.select(cells).where(cells.c.question_id == row.id, _is_free(cells)).order_by(cells.c.id).limit(1)
            found = connection.execute(free).first()
            if found is not None:
                taken = sa.update(cells).where(cells.c.id == found.id).values(member_id=mine.id, started_at_s=None)
                connection.execute(taken)
                found = connection.execute(own).first()
    return _cell(grid, found) if found else None


def start_own_cell(db: Database, code: str, browser: str, number: int, now_s: float | None = None) -> CellRuns:
    """Note that this browser's run begins; what is to be run. RoomError where it has no cell, or it is over."""
    import sqlalchemy as sa

    from lib.classroom.members import member_row
    from lib.classroom.order.visits import count_start
    from lib.classroom.questions import question_row, record
    from lib.classroom.rooms import row_of
    from lib.classroom.storage.tables import cells

    with db.writing() as connection:
        room_row = row_of(connection, code)
        row = question_row(connection, room_row.id, number)
        mine = member_row(connection, room_row, browser)
        own = sa.select(cells).where(cells.c.question_id == row.id, cells.c.member_id == mine.id)
        found = connection.execute(own).first()
        if found is None:
            raise RoomError("No cell of this sweep is yours; watch the projector.")
        cell = _cell(grid_of(record(row)), found)
        if cell.done is not None:
            raise RoomError("The run of your cell is over already; see what it came to.")
        count_start(connection, db, room_row, browser)
        now_s = clock.time_of_day_s() if now_s is None else now_s
        connection.execute(sa.update(cells).where(cells.c.id == found.id).values(started_at_s=now_s))
    return CellRuns(((cell.number, cell.rank, cell.learning_rate),), of=name_of_run(code, number))


def start_the_rest(db: Database, code: str, browser: str, number: int, now_s: float | None = None) -> CellRuns | None:
    """The instructor runs every cell that nobody has started, or whose run is lost; None where there is none."""
    import sqlalchemy as sa

    from lib.classroom.order.visits import count_start
    from lib.classroom.questions import question_row, record
    from lib.classroom.rooms import led_row
    from lib.classroom.storage.tables import cells

    now_s = clock.time_of_day_s() if now_s is None else now_s
    with db.writing() as connection:
        room_row = led_row(connection, code, browser)
        count_start(connection, db, room_row, browser)
        row = question_row(connection, room_row.id, number, locked=True)
        lost = sa.or_(cells.c.started_at_s.is_(None), cells.c.started_at_s < now_s - LOST_AFTER_S)
        unrun = sa.and_(cells.c.held_out_loss.is_(None), cells.c.problem.is_(None))
        theirs = sa.or_(_is_free(cells), sa.and_(lost, unrun))
        wanted = sa.select(cells).where(cells.c.question_id == row.id, theirs).order_by(cells.c.id)
        found = connection.execute(wanted).all()
        ids = [each.id for each in found]
        taken = {"member_id": None, "by_instructor": True, "started_at_s": now_s}
        connection.execute(sa.update(cells).where(cells.c.id.in_(ids)).values(taken))
    grid = grid_of(record(row))
    runs = tuple((each.number, *grid.cells[each.number]) for each in found)
    return CellRuns(runs, of=name_of_run(code, number)) if runs else None


def keep_result(db: Database, code: str, number: int, done: CellDone) -> None:
    """What a run of that sweep came to; the first result of a cell stands, for the same run gives the same again."""
    import sqlalchemy as sa

    from lib.classroom.questions import question_row
    from lib.classroom.rooms import row_of
    from lib.classroom.storage.tables import cells

    with db.writing() as connection:
        row = question_row(connection, row_of(connection, code).id, number)
        this = (cells.c.question_id == row.id, cells.c.number == done.number)
        unrun = (cells.c.held_out_loss.is_(None), cells.c.problem.is_(None))
        told = {
            "base_loss": done.base_loss,
            "held_out_loss": done.held_out_loss,
            "forgot": done.forgot,
            "problem": done.problem,
        }
        connection.execute(sa.update(cells).where(*this, *unrun).values(told))


def sweep_now(db: Database, code: str, number: int) -> Sweep:
    """How the sweep stands."""
    import sqlalchemy as sa

    from lib.classroom.questions import question_row, record
    from lib.classroom.rooms import row_of
    from lib.classroom.storage.tables import cells

    with db.reading() as connection:
        row = question_row(connection, row_of(connection, code).id, number)
        found = connection.execute(sa.select(cells).where(cells.c.question_id == row.id).order_by(cells.c.number)).all()
    grid = grid_of(record(row))
    return Sweep(grid, tuple(_cell(grid, each) for each in found))


def _is_free(cells: Any) -> Any:
    """Nobody's, not the instructor's, without a result. What was started by somebody who left is free again."""
    import sqlalchemy as sa

    return sa.and_(
        cells.c.member_id.is_(None),
        cells.c.by_instructor.is_(False),
        cells.c.held_out_loss.is_(None),
        cells.c.problem.is_(None),
    )


def _cell(grid: Grid, row: Any) -> Cell:
    rank, rate = grid.cells[row.number]
    done = None
    if row.problem is not None:
        state, done = CellState.FAILED, CellDone(row.number, problem=row.problem)
    elif row.held_out_loss is not None:
        state = CellState.DONE
        done = CellDone(row.number, row.base_loss, row.held_out_loss, row.forgot)
    elif row.member_id is None and not row.by_instructor:
        state = CellState.FREE
    else:
        state = CellState.DEALT if row.started_at_s is None else CellState.STARTED
    return Cell(row.number, rank, rate, state, done)
