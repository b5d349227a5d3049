"""LoRA's adapters: on which matrices they sit, and how many parameters they add."""

from __future__ import annotations

from typing import Literal

from lib.memory.model.architecture import Architecture

Targets = Literal["qv", "attention", "mlp", "all"]
QUERIES_AND_VALUES = frozenset({"q_proj", "v_proj", "qkv_proj", "q_b_proj", "kv_b_proj"})


def lora_targets(arch: Architecture, targets: Targets) -> frozenset[str]:
    """Names of the matrices that get an adapter; experts, stored as one block, get none (as in peft)."""
    inside = {each.name: each.kind for each, _ in arch.all_linears}
    if targets == "all":
        return frozenset(name for name, kind in inside.items() if kind in ("attention", "mlp"))
    if targets == "mlp":
        return frozenset(name for name, kind in inside.items() if kind == "mlp")
    attention = frozenset(name for name, kind in inside.items() if kind == "attention")
    return attention if targets == "attention" else attention & QUERIES_AND_VALUES


def adapter_parameters(arch: Architecture, rank: int, targets: Targets) -> int:
    """r · (inputs + outputs) for every target matrix (Hu et al. 2021, section 4.1)."""
    names = lora_targets(arch, targets)
    return sum(
        rank * (each.inputs + each.outputs) * layers
        for each, layers in arch.all_linears
        if each.name in names and each.kind in ("attention", "mlp")
    )
