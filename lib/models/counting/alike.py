"""A pass without numbers in which modules that are alike run once: only shapes matter, so one answer serves all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

PLAIN = (int, float, bool, str, torch.dtype, type(None))
PLAIN_OR_TENSOR = (torch.Tensor, *PLAIN)
OF_ITS_OWN = {"layer_idx", "layer_id"}
"""Fields that differ between modules that are alike otherwise: they say which place of a cache is theirs."""


@contextmanager
def alike_run_once(runner: nn.Module) -> Iterator[None]:
    """Within: a module of `runner` gives again what one like it gave to inputs of the same shapes.

    Alike are modules of one class with the same sizes and plain fields throughout. A module that is given a cache, or
    anything else but tensors and plain values, is always run: what it does there is what a pass is made for. Layers
    are alike but for their attention: DeepSeek-V4-Pro takes a quarter of the time.
    """
    known: dict[tuple, Any] = {}
    wrapped = {module: vars(module).get("forward") for module in runner.modules() if module is not runner}
    for module in wrapped:
        module.forward = _remembering(module, module.forward, known)
    try:
        yield
    finally:
        for module, own in wrapped.items():
            del module.forward  # the class's own is seen again
            if own is not None:  # put there by somebody else
                module.forward = own


def _remembering(module: nn.Module, forward: Callable, known: dict[tuple, Any]) -> Callable:
    looks: list[tuple] = []  # of the module, once it has been called

    def remembered(*inputs: Any, **named: Any) -> Any:
        given = (*inputs, *named.values())
        if not all(isinstance(each, PLAIN_OR_TENSOR) for each in given):
            return forward(*inputs, **named)
        if not looks:
            looks.append(_looks_of(module))
        key = (looks[0], tuple(named), *(_shape_of(each) for each in given))
        if key not in known:
            known[key] = forward(*inputs, **named)
        return known[key]

    return remembered


def _looks_of(module: nn.Module) -> tuple:
    """Class, sizes and plain fields of a module and of all within it."""
    return tuple(
        (
            type(each),
            tuple((name, value) for name, value in vars(each).items() if _tells(name, value)),
            tuple((name, tensor.shape) for name, tensor in each.named_parameters(recurse=False)),
        )
        for each in module.modules()
    )


def _tells(name: str, value: Any) -> bool:
    return isinstance(value, PLAIN) and name not in OF_ITS_OWN


def _shape_of(value: Any) -> Any:
    return (value.shape, value.dtype) if isinstance(value, torch.Tensor) else value
