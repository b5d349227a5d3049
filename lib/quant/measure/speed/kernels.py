"""Which precisions a processor multiplies as they are stored, and which it unpacks. Imports torch: for workers."""

from __future__ import annotations

from collections.abc import Sequence

import torch

INT8, FOUR_BITS = ("int8",), ("fp4", "nf4", "nf4-double")


def unpacked_rows(device: torch.device) -> tuple[str, ...]:
    """Rows whose weights bitsandbytes turns back into floating-point numbers for every product.

    On a processor it has products of whole numbers with AVX-512, and of 4-bit codes with the bf16 arithmetic of
    AVX-512 (`backends/cpu/ops.py` of its version 0.50); on CUDA it has both.
    """
    if device.type != "cpu":
        return ()
    whole_numbers = torch.backends.cpu.get_cpu_capability() == "AVX512"
    codes = bool(torch.cpu.get_capabilities().get("avx512_bf16"))
    return (() if whole_numbers else INT8) + (() if codes else FOUR_BITS)


def what_is_unpacked(rows: Sequence[str]) -> str | None:
    """A sentence for whoever reads speeds of these rows; None where there are none."""
    if not rows:
        return None
    lacking, bits = ("no AVX-512", "int8 and 4-bit") if "int8" in rows else ("no AVX-512 with bf16", "4-bit")
    return (
        f"This processor has {lacking}, for which bitsandbytes has quick products: {bits} weights are turned back into "
        "floating-point numbers for every product, so that they write more slowly than on a processor that has it."
    )
