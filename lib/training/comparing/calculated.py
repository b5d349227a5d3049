"""What the memory calculator says of the same set-up, where it knows such a set-up. No torch."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from lib.memory.model.architecture import Architecture
from lib.memory.model.config_json import from_text
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.states import States, training_states
from lib.models import catalogue
from lib.training.run import ATTENTION, MLP, FineTuningRun

METHODS = {"full": "full", "lora": "lora", "rslora": "lora", "pissa": "lora", "qlora_nf4": "qlora"}
TARGETS = {("q_proj", "v_proj"): "qv", ATTENTION: "attention", ATTENTION + MLP: "all"}


def calculated(run: FineTuningRun, kept_in: str) -> States | None:
    """Bytes of weights, gradients and optimiser by formula; None for what the calculator does not know.

    kept_in  what weights that are not quantized are held in, "fp32" or "bf16"
    """
    method, targets = METHODS.get(run.method), TARGETS.get(run.target_modules)
    if method is None or run.layers or kept_in not in ("fp32", "bf16") or (method != "full" and targets is None):
        return None
    setup = TrainingSetup(
        method=method, precision=kept_in, optimizer="adamw", rank=run.rank, targets=targets or "all", batch=1
    )
    return training_states(architecture_of(run.model), setup)


def architecture_of(model: str) -> Architecture:
    """The shape of a model that lies on this machine. Raises ModelUnavailable where it does not."""
    return _read(catalogue.find(model) / "config.json")


@lru_cache(maxsize=8)
def _read(config: Path) -> Architecture:
    return from_text(config.read_text(encoding="utf-8"))
