"""A finished run as a set-up to weigh: what its longest step kept in memory. No torch."""

from __future__ import annotations

from lib.memory.train.setup import TrainingSetup
from lib.training.errors import TrainingError
from lib.training.methods.catalogue import methods
from lib.training.out.record import RunRecord
from lib.training.run import ATTENTION, MLP
from lib.training.weigh.weighing import Weighing

TARGETS = {
    frozenset(("q_proj", "v_proj")): "qv",
    frozenset(ATTENTION): "attention",
    frozenset(MLP): "mlp",
    frozenset(ATTENTION + MLP): "all",
}
"""What the memory calculator calls the matrices that a run puts its adapters on."""


def longest_step_tokens(record: RunRecord) -> int:
    """Of the step that read most: the one that needs the most memory."""
    return max(each.tokens for each in record.steps)


def weighing_of(record: RunRecord) -> Weighing:
    """Its longest step. Raises TrainingError where the calculator has no such set-up, or where it is too large."""
    run, card = record.run, record.card
    targets = TARGETS.get(frozenset(run.target_modules))
    if methods()[run.method].scaling != "alpha/r" or run.method == "dora" or run.layers or targets is None:
        raise TrainingError(
            "The calculator counts LoRA in all layers, on query and value, on all of attention, on the MLP or on all "
            "linear layers; choose a set-up freely, or train such a run"
        )
    setup = TrainingSetup(
        method="lora",
        precision="fp32" if (card.kept_in or card.precision) == "fp32" else "bf16",
        batch=1,
        sequence=longest_step_tokens(record),
        padded=run.batch_size > 1,
        targets=targets,
        rank=run.rank,
        adapter_dropout=run.lora_dropout > 0,
    )
    return Weighing(run.model, setup, card.precision)
