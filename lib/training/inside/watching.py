"""The update of one matrix while a run goes on. Imports torch: worker only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from peft.tuners.lora import LoraLayer
from torch import nn

from lib.training.events import Watched
from lib.training.inside.update import IN_A_LAYER, Place, Update, short_name
from lib.training.run import FineTuningRun

LOOKS = 24
"""At one run, about: a look is B and A, as many numbers as they are parameters."""


def look(model: nn.Module, run: FineTuningRun, step: int) -> Iterator[Watched]:
    """The update of the matrix that `run` watches, or of the first that has one, where this step is one to look at.

    A run that is one of many is not looked into.
    """
    goes_on = run.resume_from is not None and step == run.resume_from.step
    if run.weighs or (step % max(1, run.steps // LOOKS) and step != run.steps and not goes_on):
        return
    loras = ((name, each) for name, each in model.named_modules() if isinstance(each, LoraLayer))
    layers = {place_of(name): each for name, each in loras}
    if not layers:
        return
    place = next((each for each in layers if (each.layer, each.matrix) == run.watched), next(iter(layers)))
    layer, adapter = layers[place], layers[place].active_adapters[0]
    # Those on the way are pictures, which the web process keeps of every run: in 16 bits, of forty, 9 MB less.
    kept_in = torch.float32 if step == run.steps else torch.float16
    a, b = (_as_numpy(part[adapter].weight, kept_in) for part in (layer.lora_A, layer.lora_B))
    yield Watched(step, place, Update(layer.scaling[adapter], a, b))


def place_of(name: str) -> Place:
    """Of a module as transformers names it: "model.layers.3.self_attn.q_proj"."""
    found = IN_A_LAYER.search(name)
    return Place(int(found[1]), short_name(found[2]))


def _as_numpy(weight: torch.Tensor, kept_in: torch.dtype) -> np.ndarray:
    return weight.detach().to(kept_in).cpu().numpy().copy()
