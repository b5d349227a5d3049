"""What all runs of a comparison share: model, texts, steps, seeds."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lib.models.catalogue import BUNDLED
from lib.training.comparing.comparison import MOST_SEEDS
from lib.training.run import usual_steps
from lib.training.texts import datasets
from lib.ui.kit import controls
from lib.ui.models.choice import choose_model, own_of


@dataclass(frozen=True)
class Shared:
    model: str
    dataset: str
    steps: int
    batch_size: int
    seeds: tuple[int, ...]

    @property
    def of_a_run(self) -> dict:
        """For FineTuningRun."""
        return {
            "model": self.model,
            "dataset": self.dataset,
            "steps": self.steps,
            "batch_size": self.batch_size,
        }


def shared_controls(prefix: str, usual_seeds: int) -> Shared:
    """The bundled model unless another is asked for: a comparison is many runs."""
    left, middle, right = st.columns([2, 1, 1])
    model = choose_model(f"{prefix}_model", BUNDLED, box=left)
    mine = own_of(model)
    with middle:
        steps = controls.slider("Steps", 5, 200, usual_steps(model), key=f"{prefix}_steps{mine}", step=5)
    with right:
        seeds = controls.slider(
            "Seeds",
            1,
            MOST_SEEDS,
            usual_seeds,
            key=f"{prefix}_seeds",
            help="Each setting is run once with every seed. One run alone cannot say how far chance moves it.",
        )
    with st.expander("More for all runs", icon=":material/tune:"):
        dataset = controls.select("Texts", datasets.catalogue(), "kopi_orders", key=f"{prefix}_texts")
        batch = controls.slider("Texts in a batch", 1, 32, 4, key=f"{prefix}_batch")
        first = controls.number("First seed", 0, 1_000_000, 0, key=f"{prefix}_seed")
    return Shared(model, dataset, steps, batch, tuple(range(first, first + seeds)))
