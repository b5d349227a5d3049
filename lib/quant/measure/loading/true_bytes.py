"""Every byte of tensors that a loaded model holds. Imports torch: for workers.

transformers' `get_memory_footprint` counts parameters and buffers. A bitsandbytes layer keeps more beside them: the
absmax of every block, tables of levels, row scales of int8. Tensors that share memory are counted once. Where it keeps
them its manual does not say: this is the one file that knows, and its tests fail when an upgrade moves them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import torch
from torch import nn


def true_bytes(model: nn.Module) -> int:
    """Bytes of all distinct tensors of `model`, quantization state included."""
    return _distinct_bytes(held_tensors(model))


def weights_alone_bytes(model: nn.Module) -> int:
    """The same without what a module works out for itself and no file holds, such as the angles of positions."""
    return _distinct_bytes(_weights(model))


def numbers_in(parameter: nn.Parameter) -> int:
    """How many numbers a parameter stands for: of 4 bits there are two in a byte, with the shape that they had beside
    them."""
    state = getattr(parameter, "quant_state", None)
    return parameter.numel() if state is None else math.prod(state.shape)


def _distinct_bytes(tensors: Iterable[torch.Tensor]) -> int:
    return sum({tensor.data_ptr(): tensor.numel() * tensor.element_size() for tensor in tensors}.values())


def held_tensors(model: nn.Module) -> Iterator[torch.Tensor]:
    """Every tensor that the model holds, some more than once, with what bitsandbytes keeps beside the weights."""
    yield from model.buffers()
    yield from _weights(model)


def _weights(model: nn.Module) -> Iterator[torch.Tensor]:
    for parameter in model.parameters():
        yield parameter
        yield from _tensors_of(parameter, ("CB", "SCB"))
        yield from _quant_state(getattr(parameter, "quant_state", None))
    for module in model.modules():
        # int8: the first forward pass moves the codes and scales from the weight to the layer's state.
        yield from _tensors_of(getattr(module, "state", None), ("CB", "SCB"))


def _quant_state(state: object) -> Iterator[torch.Tensor]:
    if state is None:
        return
    yield from _tensors_of(state, ("absmax", "code", "offset"))
    yield from _quant_state(getattr(state, "state2", None))


def _tensors_of(holder: object, names: tuple[str, ...]) -> Iterator[torch.Tensor]:
    for name in names:
        value = getattr(holder, name, None)
        if isinstance(value, torch.Tensor) and value.numel():
            yield value
