"""Two adapters that are worth mixing: kopi orders and formal letters, each by the usual run of its texts. No torch."""

from __future__ import annotations

from lib.training.run import FineTuningRun
from lib.training.texts import datasets

PAIR = ("kopi_orders", "formal_rewriting")
"""Datasets."""


def usual_run(model: str, dataset: str, *, wide: bool) -> FineTuningRun:
    """The run with which these texts are visibly learnt; nothing is asked on its way. `wide` as in ModelCard."""
    usual = datasets.usual(dataset, wide=wide)
    return FineTuningRun(
        model=model,
        dataset=dataset,
        steps=usual.steps,
        learning_rate=usual.learning_rate,
        loss_on="answer" if datasets.load_dataset(dataset).has_answers else "text",
        ask_every=0,
    )
