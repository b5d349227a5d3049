"""What is compared, and what is told as it goes. No torch: pages read these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lib.training.duration import run_expected_s, run_time_limit_s
from lib.training.errors import TrainingError
from lib.training.events import Event, Finished
from lib.training.run import FineTuningRun

MOST_SETTINGS = 7
MOST_SEEDS = 3
LOOKS = 5
"""How often a run looks at the held-out texts on its way."""
LOADING_AND_WEIGHING_S = 2.0


@dataclass(frozen=True)
class Setting:
    """One column of a comparison."""

    label: str
    run: FineTuningRun


@dataclass(frozen=True)
class OfRun:
    """What one of the runs tells."""

    setting: int
    """Index of its setting."""
    seed: int
    event: Event


@dataclass(frozen=True)
class RunFailed:
    """One of the runs ended in an error; the others go on."""

    setting: int
    seed: int
    message: str


@dataclass(frozen=True)
class Comparison:
    """Settings, each run once with every seed. What is known of earlier runs is not computed again."""

    settings: tuple[Setting, ...]
    seeds: tuple[int, ...]
    earlier: tuple[OfRun | RunFailed, ...] = ()
    """What finished runs of this very comparison told, if it was interrupted and goes on."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.settings) <= MOST_SETTINGS:
            raise TrainingError(f"Compare 1 to {MOST_SETTINGS} settings; these are {len(self.settings)}")
        if not 1 <= len(self.seeds) <= MOST_SEEDS:
            raise TrainingError(f"Take 1 to {MOST_SEEDS} seeds; these are {len(self.seeds)}")

    def run_of(self, setting: int, seed: int) -> FineTuningRun:
        """The run as it is made: it weighs itself, and looks at the held-out texts a few times."""
        run = self.settings[setting].run
        every = max(1, run.steps // LOOKS)
        return replace(run, seed=seed, weighs=True, ask_every=0, evaluate_every=every)

    def to_do(self) -> Iterator[tuple[int, int]]:
        """(Setting, seed) of each run that is left: every setting with the first seed, then with the next."""
        over = {(each.setting, each.seed) for each in self.earlier if is_last(each)}
        for seed in self.seeds:
            for setting in range(len(self.settings)):
                if (setting, seed) not in over:
                    yield setting, seed

    @property
    def expected_s(self) -> float:
        return sum(run_expected_s(self.run_of(*each)) + LOADING_AND_WEIGHING_S for each in self.to_do())

    @property
    def time_limit_s(self) -> float:
        return 60 + sum(run_time_limit_s(self.run_of(*each)) for each in self.to_do())

    def going_on(self, told: tuple[OfRun | RunFailed, ...]) -> Comparison | None:
        """What is left to do, knowing what was `told`; None if that is nothing."""
        whole = (*self.earlier, *told)
        over = {(each.setting, each.seed) for each in whole if is_last(each)}
        left = replace(self, earlier=tuple(each for each in whole if (each.setting, each.seed) in over))
        return left if next(left.to_do(), None) else None


def is_last(told: OfRun | RunFailed) -> bool:
    """Whether nothing more comes from that run."""
    return isinstance(told, RunFailed) or isinstance(told.event, Finished)
