"""How many parameters a method trains, by formula. No torch."""

from __future__ import annotations

from lib.memory.model.architecture import Architecture
from lib.memory.model.module_names import is_wanted, own_names
from lib.training.methods.catalogue import methods
from lib.training.run import FineTuningRun

MULTIPLIED, MULTIPLIED_INSIDE = ("k_proj", "v_proj"), ("down_proj",)
"""Where IA3 has its vectors (Liu et al. 2022, section 3.3): on keys, on values, and on what enters the last matrix of
the MLP."""


def ia3_targets(model_type: str) -> tuple[tuple[str, ...], str]:
    """(The model's own names of all matrices that IA3 is put on, that of the MLP's last)."""
    (feedforward,) = own_names(model_type, MULTIPLIED_INSIDE)
    return (*own_names(model_type, MULTIPLIED), feedforward), feedforward


def trained_parameters(run: FineTuningRun, architecture: Architecture) -> int:
    """By the formula of each method's paper, for a model of width d with L layers.

    LoRA and its kinds  r (inputs + outputs) of every target matrix; DoRA one more for each output
    prompt tuning       tokens · d; prefix tuning: tokens · 2 · L · width of the keys
    IA3                 widths of keys, values and the MLP's inside, in each layer; of queries too where one matrix
                        makes all three
    bottleneck          2 d m + m + d in each layer, m its width
    """
    method, layers, d = methods()[run.method], architecture.num_hidden_layers, architecture.hidden_size
    share = (len(run.layers) or layers) / layers
    fused = any(each.name == "qkv_proj" for each, _ in architecture.all_linears)
    if method.lora:
        extra = int(run.method == "dora")
        targets = [each for each in architecture.all_linears if is_wanted(each[0].name, run.target_modules)]
        count = sum((run.rank * (each.inputs + each.outputs) + extra * each.outputs) * of for each, of in targets)
        return round(count * share)
    return {
        "base": 0,
        "few_shot": 0,
        "full": architecture.parameters,
        "prompt": run.virtual_tokens * d,
        "prefix": run.virtual_tokens * 2 * layers * architecture.kv_width,
        "ia3": layers * (2 * architecture.kv_width + fused * architecture.query_width + architecture.intermediate_size),
        "bottleneck": layers * (2 * d * run.bottleneck + run.bottleneck + d),
    }[run.method]
