"""Our own quantizer in a real model: every linear layer's weight rounded to 2 to 8 bits. Imports torch: for workers.

The weights are put back as fp32 to compute with ("fake quantization"): quality is real, speed is not. Sizes
follow from the bits per weight.
"""

from __future__ import annotations

import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

from lib.quant.measure.loading.estimate import is_linear
from lib.quant.measure.run import RTN_GROUP
from lib.quant.quantizers.bench import Quantizer


class RoundToNearest:
    """Puts rounded weights in place of those of `model` (fp32), which it keeps, so that one width can follow another.

    The original tensors are never written to: another model may hold the very same ones.
    """

    def __init__(self, model: nn.Module) -> None:
        self._layers = {
            name: module
            for name, module in model.named_modules()
            if isinstance(module, nn.Linear | Conv1D) and is_linear(f"{name}.weight", tuple(module.weight.shape))
        }
        self._originals = {name: layer.weight for name, layer in self._layers.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """Linear layers in the order of the model."""
        return tuple(self._layers)

    def weights(self, name: str) -> int:
        return self._originals[name].numel()

    def quantize(self, name: str, bits: int) -> None:
        """Round one layer's weight to `bits`, in groups along its inputs."""
        layer, original = self._layers[name], self._originals[name]
        transposed = isinstance(layer, Conv1D)
        matrix = (original.T if transposed else original).detach().cpu().contiguous().float().numpy()
        restored = torch.from_numpy(Quantizer("absmax", bits, str(RTN_GROUP), "fp16").apply(matrix).restored)
        weight = (restored.T if transposed else restored).to(original.device, original.dtype)
        layer.weight = nn.Parameter(weight, requires_grad=False)

    def quantize_all(self, bits: int) -> None:
        for name in self.names:
            self.quantize(name, bits)

    def restore(self, name: str) -> None:
        self._layers[name].weight = self._originals[name]
