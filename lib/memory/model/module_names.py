"""What the matrices inside a block are called in transformers, where that is not as in Llama. No torch.

An `Architecture` calls the same matrix by the same name in every model, Llama's; here are a model's own. Each name is
the end of a module's, as far as it is needed to tell one from another (GPT-2 has a `c_proj` in attention and in MLP).
"""

from __future__ import annotations

from collections.abc import Iterable

FUSED = {"qkv_proj": ("q_proj", "k_proj", "v_proj"), "gate_up_proj": ("gate_proj", "up_proj")}
"""Matrices that some models keep as one."""
_GPT_NEOX = {"up_proj": "dense_h_to_4h", "down_proj": "dense_4h_to_h", "qkv_proj": "query_key_value"}
OWN_NAMES: dict[str, dict[str, str]] = {
    "gpt2": {"qkv_proj": "c_attn", "o_proj": "attn.c_proj", "up_proj": "c_fc", "down_proj": "mlp.c_proj"},
    "gpt_neox": {**_GPT_NEOX, "o_proj": "attention.dense"},
    "bloom": {**_GPT_NEOX, "o_proj": "self_attention.dense"},
    "phi": {"o_proj": "dense", "up_proj": "fc1", "down_proj": "fc2"},
    "phi3": {"qkv_proj": "qkv_proj", "gate_up_proj": "gate_up_proj"},
    "opt": {"o_proj": "out_proj", "up_proj": "fc1", "down_proj": "fc2"},
    "gptj": {"o_proj": "out_proj", "up_proj": "fc_in", "down_proj": "fc_out"},
    "bert": {
        "q_proj": "attention.self.query",
        "k_proj": "attention.self.key",
        "v_proj": "attention.self.value",
        "o_proj": "attention.output.dense",
        "up_proj": "intermediate.dense",
        "down_proj": "output.dense",
    },
}
"""By `model_type`: the model's own name of each matrix that is called otherwise, or fused."""
STORED_TRANSPOSED = frozenset({"gpt2"})
"""Types whose matrices are `Conv1D`: inputs × outputs, where a linear layer keeps outputs × inputs."""


def own_name(model_type: str, matrix: str) -> str:
    """The model's own name of a matrix that an `Architecture` calls `matrix`."""
    return OWN_NAMES.get(model_type, {}).get(matrix, matrix)


def own_names(model_type: str, wanted: Iterable[str]) -> tuple[str, ...]:
    """The model's own names of the matrices that Llama calls `wanted`: a fused one where any of its parts is wanted,
    none for a gate where there is no gate."""
    names = OWN_NAMES.get(model_type, {})
    fused = {part: whole for whole, parts in FUSED.items() if whole in names for part in parts}
    has_gate = "up_proj" not in names
    found = [fused.get(each, each) for each in wanted if has_gate or each != "gate_proj"]
    return tuple(dict.fromkeys(own_name(model_type, each) for each in found))


def is_wanted(matrix: str, wanted: Iterable[str]) -> bool:
    """Whether an `Architecture`'s matrix is, or is fused of, one of those that Llama calls `wanted`."""
    return bool({matrix, *FUSED.get(matrix, ())} & set(wanted))
