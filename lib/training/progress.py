"""What a run has told so far, put in order for showing. No torch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from lib.training.datasets import Blank
from lib.training.run import Before, Checkpoint, Completion, Event, Finished, HeldOut, Started, Step


@dataclass(frozen=True)
class Progress:
    """The events of one run, by kind."""

    started: Started | None
    steps: tuple[Step, ...]
    held_out: tuple[HeldOut, ...]
    before: tuple[Completion, ...]
    finished: Finished | None
    checkpoint: Checkpoint | None

    @property
    def after(self) -> tuple[Completion, ...]:
        return self.finished.completions if self.finished else ()

    @property
    def first_probability(self) -> float:
        """Geometric mean of the probabilities of the right next token, before: e to the minus loss."""
        return math.exp(-self.held_out[0].loss)

    @property
    def last_probability(self) -> float:
        return math.exp(-self.held_out[-1].loss)


def progress(events: Iterable[Event]) -> Progress:
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
        finished=last(Finished),
        checkpoint=last(Checkpoint),
    )


def is_right(completion: Completion, blank: Blank) -> bool:
    """Whether the blank is filled: the continuation begins with the answer as a whole word."""
    said = completion.continuation.strip()
    rest = said[len(blank.answer) :]
    return said.startswith(blank.answer) and not rest[:1].isalpha()
