"""What bitsandbytes does to a 4-bit layer that computes outside of training. Imports torch: worker only.

On a processor with AVX512-BF16 its first forward pass in `eval()` packs the weights for a kernel without a backward
pass (bitsandbytes 0.50.2, Linear4bit.forward and matmul_4bit), and they stay so: gradients are zero in silence. Its
manual does not say so: this is the one file that knows, and its test fails when an upgrade changes it.
"""

from __future__ import annotations

import torch
from bitsandbytes.nn import Linear4bit
from torch import nn


def never_packed(model: nn.Module) -> None:
    """Keep the 4-bit layers of `model` in training mode, in which bitsandbytes does not pack their weights.

    Such a layer has nothing else that differs between the two modes.
    """
    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.train(True)
            module.train = _stay


def _stay(mode: bool = True) -> None:
    """In place of a layer's `train`, which `model.eval()` calls too."""


def without_backward(model: nn.Module) -> None:
    """Take the backward pass from products with 4-bit weights, as packing does: here on any processor.

    That the embeddings ask for gradients, as peft's prepare_model_for_kbit_training has it, is why nothing raises an
    error.
    """
    model.enable_input_require_grads()
    for module in model.modules():
        if isinstance(module, Linear4bit):
            module.forward = torch.no_grad()(module.forward)
