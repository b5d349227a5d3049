"""A model to read, shared with all who read it at the same time. Imports torch: for workers.

with borrow(find(name), "fp32") as (model, tokenizer):
    model(...)                                               # to read, never to change
    tuned = PeftModel.from_pretrained(own_modules(model), adapter)  # modules of one's own, the same weights
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.models.load import best_device, load
from lib.models.shared import COPIES


@contextmanager
def borrow(
    folder: Path, precision: str = "fp32", device: torch.device | None = None
) -> Iterator[tuple[PreTrainedModel, PreTrainedTokenizerBase]]:
    """The model in `folder` and its tokenizer, loaded if nobody reads them now."""
    device = device or best_device()
    with COPIES.borrow(("to read", folder, precision, str(device)), lambda: load(folder, precision, device)) as loaded:
        yield loaded


def own_modules(model: PreTrainedModel) -> PreTrainedModel:
    """A model of the same weights whose modules are its own, so that an adapter can take its place among them.

    peft puts its layers where the model's own were; done to a shared model, every other reader would have them too.
    The weights are the very same tensors and take no memory again: they are still only to be read.
    """
    tensors = chain(model.parameters(), model.buffers())
    return copy.deepcopy(model, {id(tensor): tensor for tensor in tensors})
