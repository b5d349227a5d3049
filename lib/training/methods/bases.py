"""The model that a method starts from. Imports torch: worker only.

The shared base is only ever read. PiSSA and full fine-tuning change the weights, and bitsandbytes may pack those of a
4-bit model for inference (four_bits.py): these load a copy of their own, for one run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.logs import quiet_bitsandbytes
from lib.models.borrow import borrow, own_modules
from lib.models.load import DTYPES, best_device, load, multiplies_bf16
from lib.models.shared import collect
from lib.training.adapting import precision_of
from lib.training.errors import TrainingError
from lib.training.methods.catalogue import methods
from lib.training.methods.four_bits import never_packed
from lib.training.run import FineTuningRun

quiet_bitsandbytes()


@contextmanager
def base_for(run: FineTuningRun, folder: Path) -> Iterator[tuple[PreTrainedModel, PreTrainedTokenizerBase]]:
    """A model that the run's method may be put on, and its tokenizer: shared and only to be read, unless the method
    needs its own.

    Raises TrainingError if this machine cannot hold the weights as the method has them.
    """
    if not methods()[run.method].own_weights:
        with borrow(folder, precision_of(run)) as (base, tokenizer):
            yield base, tokenizer
        return
    with of_its_own(folder, precision_of(run)) as (base, tokenizer):
        yield base, tokenizer


@contextmanager
def base_to_read(folder: Path, precision: str) -> Iterator[tuple[PreTrainedModel, PreTrainedTokenizerBase]]:
    """The model that a run of this precision was trained on, whose modules are the reader's own: an adapter may be put
    on it."""
    if precision in DTYPES:
        with borrow(folder, precision) as (base, tokenizer):
            yield own_modules(base), tokenizer
        return
    with of_its_own(folder, precision) as (base, tokenizer):
        yield base, tokenizer


@contextmanager
def of_its_own(folder: Path, precision: str) -> Iterator[tuple[PreTrainedModel, PreTrainedTokenizerBase]]:
    """A copy of the weights that nobody else reads."""
    try:
        yield _loaded_afresh(folder, precision)
    finally:
        collect()


def _loaded_afresh(folder: Path, precision: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    device = best_device()
    computed_in = torch.bfloat16 if multiplies_bf16(device) else torch.float32
    try:
        model, tokenizer = load(folder, precision, device, computed_in)
    except (RuntimeError, ImportError, NotImplementedError) as error:
        raise TrainingError(
            f"Weights in {precision} cannot run on this machine: bitsandbytes has no such kernel here; choose LoRA, "
            "its base in fp32 or bf16"
        ) from error
    never_packed(model)
    return model, tokenizer
