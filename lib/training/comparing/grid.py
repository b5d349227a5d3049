"""Two settings of LoRA varied at once: one short run a cell, its held-out loss and what it forgot. No torch.

lora_alpha grows with the rank, so that the update's scale lora_alpha / rank is 2 in every cell and a higher rank does
more with the same rate. Kept at 16, as a sweep of the rank alone keeps it, it leaves nothing to find along the rank:
after 15 steps (seed 0) ranks 4, 16, 32 and 64 are within 0.2 nats of each other at each of the rates 0.001 to 0.02.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lib.training.duration import run_expected_s, run_time_limit_s
from lib.training.run import FineTuningRun

STEPS = 15
SCALE = 2
LOADING_AND_WEIGHING_S = 2.0


@dataclass(frozen=True)
class Grid:
    """Ranks × learning rates."""

    ranks: tuple[int, ...]
    rates: tuple[float, ...]

    @property
    def cells(self) -> tuple[tuple[int, float], ...]:
        return tuple((rank, rate) for rank in self.ranks for rate in self.rates)


GRIDS = {
    "12": Grid((1, 4, 16, 64), (1e-3, 5e-3, 2e-2)),
    "20": Grid((1, 4, 8, 16, 64), (1e-3, 3e-3, 1e-2, 2e-2)),
    "42": Grid((1, 2, 4, 8, 16, 32, 64), (1e-3, 2e-3, 3e-3, 5e-3, 1e-2, 2e-2)),
}
"""By their number of cells. The highest rate is one that low ranks learn most with and ranks 32 and 64 do not bear:
they diverge, as every rank does at 0.1, which would tell nothing."""


@dataclass(frozen=True)
class CellRuns:
    """Cells to run one after another: number, rank and learning rate of each."""

    cells: tuple[tuple[int, int, float], ...]
    steps: int = STEPS
    of: str = ""
    """Which room's sweep they belong to."""

    def runs(self) -> tuple[tuple[int, FineTuningRun], ...]:
        """Each weighs itself: it tells what it forgot."""
        return tuple(
            (
                number,
                FineTuningRun(
                    rank=rank,
                    lora_alpha=SCALE * rank,
                    learning_rate=rate,
                    steps=self.steps,
                    evaluate_every=self.steps,
                    ask_every=0,
                    weighs=True,
                ),
            )
            for number, rank, rate in self.cells
        )

    @property
    def expected_s(self) -> float:
        return sum(run_expected_s(run) + LOADING_AND_WEIGHING_S for _, run in self.runs())

    @property
    def time_limit_s(self) -> float:
        return sum(run_time_limit_s(run) for _, run in self.runs())


@dataclass(frozen=True)
class CellStep:
    """A cell has come so far."""

    number: int
    step: int


@dataclass(frozen=True)
class CellDone:
    """What a cell's run came to; losses in nats per token, all of them None where it ended in a problem."""

    number: int
    base_loss: float | None = None
    held_out_loss: float | None = None
    forgot: float | None = None
    """Nats per token that a book has become less likely, against the base model."""
    problem: str | None = None


CellEvent = CellStep | CellDone


def frontier(cells: Sequence[CellDone]) -> tuple[CellDone, ...]:
    """The runs that no other beats: none has both a lower held-out loss and less forgetting. Lowest loss first."""
    best: list[CellDone] = []
    for each in sorted((cell for cell in cells if cell.problem is None), key=lambda c: (c.held_out_loss, c.forgot)):
        if not best or each.forgot < best[-1].forgot:
            best.append(each)
    return tuple(best)
