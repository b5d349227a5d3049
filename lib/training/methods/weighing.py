"""Bytes of weights, gradients, optimiser and files of a run, from its tensors. Imports torch: worker only."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from lib.models.load import DTYPES
from lib.quant.measure.loading.true_bytes import weights_alone_bytes
from lib.training.events import Cost


class Scales:
    """Put on before training: weighs the weights now, and each trained parameter's first gradient as it is made."""

    def __init__(self, model: nn.Module, trained: Sequence[nn.Parameter]) -> None:
        self.weights_bytes = weights_alone_bytes(model)
        embedding = next(each for each in model.modules() if isinstance(each, nn.Embedding))
        self.kept_in = next(name for name, dtype in DTYPES.items() if dtype is embedding.weight.dtype)
        self.trainable = sum(parameter.numel() for parameter in trained)
        self._gradients: dict[int, int] = {}
        self._hooks = [parameter.register_post_accumulate_grad_hook(self._note) for parameter in trained]

    def _note(self, parameter: torch.Tensor) -> None:
        self._gradients[id(parameter)] = parameter.grad.nbytes

    def cost(self, optimizer: torch.optim.Optimizer | None, files_bytes: int, seconds: float) -> Cost:
        """All that was weighed, once training is over; None for `optimizer` where nothing was trained."""
        for hook in self._hooks:
            hook.remove()
        kept = [value for state in optimizer.state.values() for value in state.values()] if optimizer else []
        return Cost(
            kept_in=self.kept_in,
            trainable=self.trainable,
            weights_bytes=self.weights_bytes,
            gradients_bytes=sum(self._gradients.values()),
            # A step counter, one number for each tensor, is left out, as the calculator does.
            optimizer_bytes=sum(value.nbytes for value in kept if isinstance(value, torch.Tensor) and value.dim()),
            files_bytes=files_bytes,
            seconds=seconds,
        )
