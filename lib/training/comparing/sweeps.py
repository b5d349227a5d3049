"""One setting varied, all else alike. No torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lib.training.comparing.comparison import Setting
from lib.training.run import FineTuningRun

RANKS = (1, 4, 16, 64)
RATES = (1 / 9, 1 / 3, 1, 3)
"""Times the learning rate that the run has."""
LAYER_PARTS = ("first third", "middle third", "last third")


def by_rank(run: FineTuningRun, _: int) -> tuple[Setting, ...]:
    """lora_alpha stays: divided by r, it lets one learning rate suit every rank (Hu et al. 2021, arXiv 2106.09685,
    section 4.1).

    Each of the r columns of B moves by about the learning rate at a step, so B A grows with r. With lora_alpha = 2 r in
    place of 16 the bundled model diverges at rank 64 (seeds 0 and 1, in 6 and 4 steps).
    """
    return tuple(Setting(f"r = {rank}", replace(run, rank=rank)) for rank in RANKS)


def by_learning_rate(run: FineTuningRun, _: int) -> tuple[Setting, ...]:
    rates = [float(f"{run.learning_rate * times:.2g}") for times in RATES]
    return tuple(Setting(f"rate {rate:g}", replace(run, learning_rate=rate)) for rate in rates)


def by_layers(run: FineTuningRun, layers: int) -> tuple[Setting, ...]:
    """LoRA in all of `layers` layers, and in a third of them at a time."""
    ends = [layers * part // len(LAYER_PARTS) for part in range(len(LAYER_PARTS) + 1)]
    thirds = [
        Setting(f"{name} of layers", replace(run, layers=tuple(range(ends[part], ends[part + 1]))))
        for part, name in enumerate(LAYER_PARTS)
    ]
    return (Setting("all layers", run), *thirds)


SWEEPS: dict[str, Callable[[FineTuningRun, int], tuple[Setting, ...]]] = {
    "Rank": by_rank,
    "Learning rate": by_learning_rate,
    "Which layers": by_layers,
}
"""Each takes a LoRA run and the number of the model's layers."""
