"""Each setting's figures over its seeds, with their spread. No torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

from lib.training.comparing.comparison import Comparison, OfRun, RunFailed, Setting
from lib.training.events import Cost, Finished, Forgotten, HeldOut, Step
from lib.training.methods.catalogue import Method, methods


@dataclass(frozen=True)
class Outcome:
    """One run of a setting, as far as it has come."""

    seed: int
    step: int
    held_out: tuple[HeldOut, ...]
    cost: Cost | None
    forgotten: Forgotten | None
    finished: Finished | None

    @property
    def loss(self) -> float:
        """Held-out loss at the end, in nats per token."""
        return self.held_out[-1].loss

    @property
    def learnt(self) -> float:
        """Nats per token that the held-out texts have become more likely, against the base model."""
        return self.forgotten.base_loss - self.loss

    @property
    def forgot(self) -> float:
        """Nats per token that the book has become less likely, against the base model."""
        return self.forgotten.forgot_nats


Measure = Callable[[Outcome], float]


@dataclass(frozen=True)
class Column:
    """A setting with all its runs so far."""

    setting: Setting
    runs: tuple[Outcome, ...]
    failures: tuple[RunFailed, ...]

    @property
    def method(self) -> Method:
        return methods()[self.setting.run.method]

    @property
    def whole(self) -> tuple[Outcome, ...]:
        """The runs that are over."""
        return tuple(run for run in self.runs if run.finished and run.cost and run.forgotten)

    @property
    def running(self) -> Outcome | None:
        """The run that has begun and is not over."""
        failed = {failure.seed for failure in self.failures}
        return next((run for run in self.runs if not run.finished and run.seed not in failed), None)

    def mean(self, measure: Measure) -> float:
        """Over the seeds; NaN before the first is over."""
        return fmean(map(measure, self.whole)) if self.whole else math.nan

    def spread(self, measure: Measure) -> float | None:
        """Largest less smallest over the seeds; None for a single one, which has no spread. The base needs no second:
        nothing in it depends on the seed."""
        values = [measure(run) for run in self.whole]
        if self.setting.run.method == "base" and values:
            return 0.0
        return max(values) - min(values) if len(values) > 1 else None


def columns(comparison: Comparison, told: Iterable[OfRun | RunFailed]) -> tuple[Column, ...]:
    """Every setting of the comparison, also one that has told nothing yet."""
    told = (*comparison.earlier, *told)
    return tuple(
        Column(
            setting,
            tuple(found for seed in comparison.seeds if (found := _outcome(told, index, seed))),
            tuple(each for each in told if isinstance(each, RunFailed) and each.setting == index),
        )
        for index, setting in enumerate(comparison.settings)
    )


def _outcome(told: Iterable[OfRun | RunFailed], setting: int, seed: int) -> Outcome | None:
    """Of the newest try, where a run was interrupted and made again."""
    events = [each.event for each in told if isinstance(each, OfRun) and (each.setting, each.seed) == (setting, seed)]

    def last(kind: type) -> object | None:
        return next((event for event in reversed(events) if isinstance(event, kind)), None)

    held_out = tuple(event for event in events if isinstance(event, HeldOut))
    if not held_out:
        return None
    step = last(Step)
    return Outcome(seed, step.step if step else 0, held_out, last(Cost), last(Forgotten), last(Finished))
