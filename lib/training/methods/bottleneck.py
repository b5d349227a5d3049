"""A bottleneck adapter in series after each MLP. peft has none. Imports torch: worker only.

Houlsby et al. 2019 (arXiv 1902.00751, section 2.1): down to a few numbers, a nonlinearity, up again, and added to what
went in; it starts as the identity. Only after the MLP, as in Pfeiffer et al. 2021 (arXiv 2005.00247).
"""

from __future__ import annotations

from inspect import signature

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel

from lib.training.errors import TrainingError


class Bottleneck(nn.Module):
    """`layer`, then h + up(gelu(down(h))); `up` begins at zero, so that nothing changes before the first step."""

    def __init__(self, layer: nn.Module, hidden: int, width: int, device: torch.device) -> None:
        super().__init__()
        self.layer = layer
        self.down = nn.Linear(hidden, width, device=device)
        self.up = nn.Linear(width, hidden, device=device)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        hidden = self.layer(inputs)
        bent = functional.gelu(self.down(hidden.to(self.down.weight.dtype)))
        return hidden + self.up(bent).to(hidden.dtype)


def put_bottlenecks(model: PreTrainedModel, width: int) -> PreTrainedModel:
    """`model`, frozen, with a bottleneck after the MLP of each layer. Raises TrainingError where a layer has no part
    called `mlp` that is given nothing but what it computes on."""
    model.requires_grad_(False)
    for layer in blocks(model):
        layer.mlp = Bottleneck(layer.mlp, model.config.hidden_size, width, model.device)
    return model


def blocks(model: PreTrainedModel) -> nn.ModuleList:
    """The layers of a decoder, wherever its class keeps them."""
    found = max((each for each in model.modules() if isinstance(each, nn.ModuleList)), key=len)
    if not hasattr(found[0], "mlp") or len(signature(found[0].mlp.forward).parameters) > 1:
        raise TrainingError(
            f"A bottleneck adapter stands after a layer's MLP, and “{model.config.model_type}” has none that stands "
            "by itself; choose LoRA"
        )
    return found
