"""How many parameters a method trains, by formula. No torch."""

from __future__ import annotations

from lib.memory.model.architecture import Architecture
from lib.training.methods.catalogue import methods
from lib.training.run import FineTuningRun


def trained_parameters(run: FineTuningRun, architecture: Architecture) -> int:
    """By the formula of each method's paper, for a model of width d with L layers.

    LoRA and its kinds  r (inputs + outputs) of every target matrix; DoRA one more for each output
    prompt tuning       tokens · d; prefix tuning: tokens · 2 · L · width of the keys
    IA3                 widths of keys, values and the MLP's inside, in each layer
    bottleneck          2 d m + m + d in each layer, m its width
    """
    method, layers, d = methods()[run.method], architecture.num_hidden_layers, architecture.hidden_size
    share = (len(run.layers) or layers) / layers
    if method.lora:
        extra = int(run.method == "dora")
        targets = [each for each in architecture.all_linears if each[0].name in run.target_modules]
        count = sum((run.rank * (each.inputs + each.outputs) + extra * each.outputs) * of for each, of in targets)
        return round(count * share)
    return {
        "base": 0,
        "few_shot": 0,
        "full": architecture.parameters,
        "prompt": run.virtual_tokens * d,
        "prefix": run.virtual_tokens * 2 * layers * architecture.kv_width,
        "ia3": layers * (2 * architecture.kv_width + architecture.intermediate_size),
        "bottleneck": layers * (2 * d * run.bottleneck + run.bottleneck + d),
    }[run.method]
