"""A run with all it told: what every file about it is made from. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lib.models.catalogue import catalogue
from lib.training.events import Event, Finished, HeldOut, Step
from lib.training.out.card import RunCard
from lib.training.progress import progress
from lib.training.run import FineTuningRun


@dataclass(frozen=True)
class RunRecord:
    """A finished run as it is taken along: its settings, what it told, what it left."""

    run: FineTuningRun
    steps: tuple[Step, ...]
    held_out: tuple[HeldOut, ...]
    finished: Finished

    @property
    def card(self) -> RunCard:
        return self.finished.card

    @property
    def merged_in(self) -> str:
        """The precision of the merged weights. Rounded ones take no update: the adapter of a run on such a base goes
        into those that were there before they were rounded."""
        return "fp32" if self.card.is_quantized else self.card.precision

    @property
    def merged_bytes(self) -> int:
        """Of all weights with the adapter in them: it adds no number."""
        return catalogue()[self.run.model].parameters * (4 if self.merged_in == "fp32" else 2)

    @property
    def own_settings(self) -> dict[str, Any]:
        """The run's own settings, without its texts and without the state that it went on from."""
        kept_elsewhere = ("own", "resume_from", "earlier")
        return {
            each.name: getattr(self.run, each.name)
            for each in dataclasses.fields(self.run)
            if each.name not in kept_elsewhere
        }

    def to_dict(self) -> dict[str, Any]:
        """For JSON: card, settings, curve and answers; the adapter is a file of its own."""
        return {
            "card": {**dataclasses.asdict(self.card), "base_unchanged": self.card.base_unchanged},
            "settings": self.own_settings,
            "steps": [
                {**dataclasses.asdict(each), "learning_rate": self.run.learning_rate_at(each.step)}
                for each in self.steps
            ],
            "held_out": [dataclasses.asdict(each) for each in self.held_out],
            "answers": [dataclasses.asdict(each) for each in self.finished.completions],
            "seconds": self.finished.seconds,
        }


def record(run: FineTuningRun, events: Iterable[Event]) -> RunRecord | None:
    """What a run told, once it is over and has left an adapter that learnt something; None before."""
    told = progress(events)
    if told.finished is None or not told.steps:
        return None
    return RunRecord(run, told.steps, told.held_out, told.finished)
