"""Products of 16-bit matrices computed in fp32, where a processor has no 16-bit arithmetic. Imports torch: for workers.

A number of 16 bits is one of 32 bits as well, so that what is multiplied is the same, the sums are added up in 32 bits
as 16-bit hardware adds them, and the result is rounded to 16 bits again: only the order of the sums differs. Without
such arithmetic a processor converts number by number, many times slower. That it is slow is what the lab times; for
scoring a text it only costs time.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from lib.models.load import multiplies_bf16

# https://docs.pytorch.org/docs/stable/generated/torch.cpu.get_capabilities.html
FP16_ARITHMETIC = ("avx512_fp16", "amx_fp16", "fp16_arith")
NAMES = {torch.bfloat16: "bf16", torch.float16: "fp16"}
CPU = torch.device("cpu")
FOUR_BITS, SCALES_PER_BLOCK = "bitsandbytes.gemm_4bit.default", 256


def slow_dtypes() -> frozenset[torch.dtype]:
    """The 16-bit types that this processor has no arithmetic for."""
    has = torch.cpu.get_capabilities()
    fast = {torch.bfloat16: multiplies_bf16(CPU), torch.float16: any(has.get(name) for name in FP16_ARITHMETIC)}
    return frozenset(dtype for dtype, is_fast in fast.items() if not is_fast)


def what_is_done(device: torch.device) -> str | None:
    """A sentence for whoever reads scores that were computed so; None where nothing is done."""
    slow = slow_dtypes() if device.type == "cpu" else ()
    names = " or ".join(name for dtype, name in NAMES.items() if dtype in slow)
    if not names:
        return None
    return (
        f"This processor has no {names} arithmetic: while a text is scored such products are computed in fp32 and "
        "rounded back, the same but for the order of the sums; the speeds are those of the processor as it is."
    )


def products_in_fp32(device: torch.device) -> AbstractContextManager[Any]:
    """While it is open, linear layers of such a type multiply in fp32 and round what they found."""
    slow = slow_dtypes() if device.type == "cpu" else frozenset()
    return _InFp32(slow) if slow else nullcontext()


class _InFp32(TorchFunctionMode):
    def __init__(self, dtypes: frozenset[torch.dtype]) -> None:
        super().__init__()
        self._dtypes = dtypes

    def __torch_function__(self, function: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        four_bits = str(function) == FOUR_BITS
        if (four_bits or function is functional.linear) and args[0].dtype in self._dtypes:
            function = _four_bits if four_bits else _linear
        return function(*args, **(kwargs or {}))


def _linear(inputs: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    bias = bias.float() if bias is not None else None
    return functional.linear(inputs.float(), weight.float(), bias).to(inputs.dtype)


def _four_bits(
    inputs: torch.Tensor,
    codes: torch.Tensor,
    shape: Sequence[int],
    absmax: torch.Tensor,
    blocksize: int,
    kind: str,
    *,
    bias: torch.Tensor | None = None,
    absmax_8bit: torch.Tensor | None = None,
    absmax_code: torch.Tensor | None = None,
    absmax_offset: torch.Tensor | None = None,
) -> torch.Tensor:
    """What bitsandbytes' own `gemm_4bit` does on such a processor, but for the product; a test compares the two."""
    ops = torch.ops.bitsandbytes
    if absmax_8bit is not None:  # double quantization: the scales themselves are codes
        scales = ops.dequantize_blockwise.default(absmax_8bit, absmax, absmax_code, SCALES_PER_BLOCK, torch.float32)
        absmax = scales + absmax_offset
    weight = ops.dequantize_4bit.default(codes, absmax, blocksize, kind, shape, inputs.dtype)
    return _linear(inputs, weight, bias)
