"""The runs of a grid's cells. Imports torch through the runs: worker only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from lib.errors import StopRequested, StudentError
from lib.training.comparing.grid import CellDone, CellEvent, CellRuns, CellStep
from lib.training.events import Forgotten, HeldOut, Step
from lib.training.finetune import finetune
from lib.training.run import FineTuningRun

EVERY = 3
"""Steps between two that are told."""


def run_cells(asked: CellRuns) -> Iterator[CellEvent]:
    """Each cell's run; one that fails (a rate at which it diverges, say) leaves its sentence, and the next begins."""
    for number, run in asked.runs():
        try:
            yield from _run_cell(number, run)
        except StopRequested:
            return
        except StudentError as error:
            yield CellDone(number, problem=str(error))
        except MemoryError:
            yield CellDone(number, problem="The worker ran out of memory")


def _run_cell(number: int, run: FineTuningRun) -> Iterator[CellEvent]:
    loss, forgotten = None, None
    with closing(finetune(run)) as events:
        for event in events:
            if isinstance(event, Step) and event.step % EVERY == 0:
                yield CellStep(number, event.step)
            elif isinstance(event, HeldOut):
                loss = event.loss
            elif isinstance(event, Forgotten):
                forgotten = event
                break  # what its prompts say now is not asked
    yield CellDone(number, forgotten.base_loss, loss, forgotten.forgot_nats)
