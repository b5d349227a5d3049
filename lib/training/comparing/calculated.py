"""What the memory calculator says of a run. No torch: pages read this."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from lib.memory.model.architecture import Architecture
from lib.memory.model.config_json import from_text
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.states import States, states_of_parts, training_states
from lib.models import catalogue
from lib.training.methods.catalogue import methods
from lib.training.methods.counting import trained_parameters
from lib.training.run import FineTuningRun

STORED_AS = {"int8": "int8", "nf4-double": "nf4"}
"""What the calculator calls the precisions that a method may ask for."""
BYTES = {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0}


def calculated(run: FineTuningRun, kept_in: str) -> States:
    """Bytes of weights, gradients and optimiser, by formula, for any method.

    kept_in  what weights that are not quantized are held in: "fp32", "bf16" or "fp16"
    """
    architecture = architecture_of(run.model)
    if run.method == "full":
        return training_states(architecture, TrainingSetup(method="full", precision="fp32", optimizer="adamw"))
    plain = "fp32" if kept_in == "fp32" else "bf16"
    stored_as = STORED_AS.get(methods()[run.method].precision or "", plain)
    return states_of_parts(architecture, stored_as, BYTES[kept_in], trained_parameters(run, architecture))


def architecture_of(model: str) -> Architecture:
    """The shape of a model that lies on this machine. Raises ModelUnavailable where it does not."""
    return _read(catalogue.find(model) / "config.json")


@lru_cache(maxsize=8)
def _read(config: Path) -> Architecture:
    return from_text(config.read_text(encoding="utf-8"))
