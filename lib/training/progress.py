"""What a run has told so far, put in order for showing. No torch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from lib.training.events import Asked, Before, Checkpoint, Event, Finished, HeldOut, Started, Step, Watched
from lib.training.run import FineTuningRun
from lib.training.texts.datasets import Blank
from lib.training.texts.prompts import Completion


@dataclass(frozen=True)
class Progress:
    """The events of one run, by kind."""

    started: Started | None
    steps: tuple[Step, ...]
    held_out: tuple[HeldOut, ...]
    before: tuple[Completion, ...]
    asked: tuple[Asked, ...]
    """On the way, in the order of the steps."""
    watched: tuple[Watched, ...]
    """Looks at the update of one matrix, in the order of the steps."""
    finished: Finished | None
    checkpoint: Checkpoint | None

    @property
    def after(self) -> tuple[Completion, ...]:
        return self.finished.completions if self.finished else ()

    @property
    def latest(self) -> tuple[Completion, ...]:
        """The newest answers since training began, none before the first."""
        return self.after or (self.asked[-1].completions if self.asked else ())

    @property
    def step(self) -> int:
        """Steps done."""
        return self.steps[-1].step if self.steps else 0

    @property
    def is_where_it_began(self) -> bool:
        """Whether the held-out loss reads the same, to two decimals, as before the first step."""
        return f"{self.held_out[0].loss:.2f}" == f"{self.held_out[-1].loss:.2f}"

    def left_s(self, planned_steps: int) -> float | None:
        """Seconds until the last step at the pace of this sitting; None before two of its steps are done."""
        if self.started is None:  # what is known is of an earlier sitting
            return None
        done = [each for each in self.steps if each.step > self.started.first_step]
        if len(done) < 2:
            return None
        pace_s = (done[-1].elapsed_s - done[0].elapsed_s) / (len(done) - 1)
        return pace_s * (planned_steps - done[-1].step)

    @property
    def first_probability(self) -> float:
        """Geometric mean of the probabilities of the right next token, before: e to the minus loss."""
        return math.exp(-self.held_out[0].loss)

    @property
    def last_probability(self) -> float:
        return math.exp(-self.held_out[-1].loss)


def progress(events: Iterable[Event]) -> Progress:
    """All that the events of a run have told so far, in the order in which they came."""
    events = tuple(events)

    def of(kind: type) -> tuple:
        return tuple(event for event in events if isinstance(event, kind))

    def last(kind: type) -> object | None:
        found = of(kind)
        return found[-1] if found else None

    before = last(Before)
    return Progress(
        started=last(Started),
        steps=of(Step),
        held_out=of(HeldOut),
        before=before.completions if before else (),
        asked=of(Asked),
        watched=of(Watched),
        finished=last(Finished),
        checkpoint=last(Checkpoint),
    )


def go_on(run: FineTuningRun, events: Iterable[Event]) -> FineTuningRun | None:
    """The run that goes on from the newest checkpoint in `events`, knowing what was told until then; where a worker was
    lost before it could leave one, from the checkpoint that the run itself has gone on from.

    Also from its very last step, where all is trained and its files could not be written.
    """
    told = progress(events)
    newest = told.checkpoint or run.resume_from
    is_whole = told.finished is not None and told.finished.step >= run.steps
    if newest is None or is_whole:
        return None
    step = newest.step
    kept = [each for each in (*told.held_out, *told.watched) if each.step < step]  # measured again as it goes on
    kept += [each for each in (*told.steps, *told.asked) if each.step <= step]
    is_due = run.ask_every and step % run.ask_every == 0 and step not in {each.step for each in told.asked}
    if is_due and told.finished and told.finished.step == step:
        kept.append(Asked(step, told.finished.completions))  # stopped between its step and its answer
    return replace(run, resume_from=newest, earlier=(Before(told.before), *kept))


def smoothed(values: Sequence[float], weight: float = 0.8) -> tuple[float, ...]:
    """Exponential moving average, as long as `values`: each keeps `weight` of what came before.

    Weights are divided by their sum so far, so that it does not begin near zero (pandas' `adjust`; Kingma and Ba 2014,
    arXiv 1412.6980, section 3).
    """
    return tuple(pd.Series(values, dtype=float).ewm(alpha=1 - weight).mean())


def is_right(completion: Completion, blank: Blank) -> bool:
    """Whether the blank is filled: the continuation begins with the answer as a whole word."""
    said = completion.continuation.strip()
    rest = said[len(blank.answer) :]
    return said.startswith(blank.answer) and not rest[:1].isalpha()
