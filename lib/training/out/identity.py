"""A run's card, filled in where the run is. Imports torch: worker only."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

import torch
from transformers import PreTrainedModel

from lib.models import catalogue
from lib.models.device import this_machine
from lib.models.load import DTYPES
from lib.models.origin import origin
from lib.training.out.card import RunCard, data_sha256
from lib.training.run import FineTuningRun

LIBRARIES = ("torch", "transformers", "peft", "tokenizers", "numpy")
QUANTIZES = "bitsandbytes"
"""A library that computes only where the base is held in 8 or 4 bits."""


def weights_sha256(model: torch.nn.Module) -> str:
    """SHA-256 of a model's weights: each name and, in the order of the names, the bytes of its numbers."""
    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weight.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def run_card(
    run: FineTuningRun, folder: Path, precision: str, base: PreTrainedModel, base_sha256: tuple[str, str | None]
) -> RunCard:
    """The card of a run on `base`, the model in `folder`; `base_sha256` is of its weights before, and after where they
    are not the run's own."""
    device = base.device
    model, weights = catalogue.catalogue()[run.model], origin(folder)
    libraries = LIBRARIES if precision in DTYPES else (*LIBRARIES, QUANTIZES)
    return RunCard(
        model=run.model,
        hub_id=model.hub_id,
        revision=weights.revision,
        weights_by_way_of=weights.by_way_of,
        data=run.data.title,
        data_sha256=data_sha256(run.data),
        precision=precision,
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else this_machine().processor,
        threads=torch.get_num_threads(),
        versions=(("python", platform.python_version()), *((name, version(name)) for name in libraries)),
        base_sha256_before=base_sha256[0],
        base_sha256_after=base_sha256[1],
        model_type=base.config.model_type,
        kept_in=next(name for name, dtype in DTYPES.items() if dtype is base.get_input_embeddings().weight.dtype),
    )
