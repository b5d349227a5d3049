"""A request to the same model with each kind of adapter, timed. Imports torch and peft: only a worker imports it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import torch
from peft import IA3Config, LoraConfig, PeftModel, PrefixTuningConfig, PromptTuningConfig, get_peft_model
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel

from lib.lesson.adapters.timing import VARIANTS, Ready, Timed, TimingRun
from lib.models import catalogue
from lib.models.borrow import borrow, own_modules
from lib.training.methods.bottleneck import put_bottlenecks

MATRICES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
RANDOM_SIZE = 0.02
"""Standard deviation of what is put in: the work is the same as of trained ones; zeros would make a merge trivial."""


class Beside(nn.Module):
    """`layer` and, added to it, up(gelu(down(·))) of the same input (He et al. 2022, arXiv 2110.04366)."""

    def __init__(self, layer: nn.Module, hidden: int, width: int, device: torch.device) -> None:
        super().__init__()
        self.layer = layer
        self.down = nn.Linear(hidden, width, device=device)
        self.up = nn.Linear(width, hidden, device=device)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.layer(inputs) + self.up(functional.gelu(self.down(inputs)))


@dataclass(frozen=True)
class Variant:
    """A model with its adapter, and the model that goes on from its cache."""

    reads: nn.Module
    goes_on: nn.Module
    in_front: int = 0


@torch.no_grad()
def time_adapters(run: TimingRun) -> Iterator[Ready | Timed]:
    """Time every variant once a round, in random order, after one round that only warms up."""
    with borrow(catalogue.find(run.model)) as (base, _):
        torch.manual_seed(run.seed)
        every = variants(base, run)
        prompt = torch.randint(0, base.config.vocab_size, (1, run.prompt_tokens), device=base.device)
        beside, merged = (every[name].reads(input_ids=prompt).logits for name in ("lora", "lora_merged"))
        yield Ready(
            device=base.device.type,
            threads=torch.get_num_threads(),
            versions=tuple((name, version(name)) for name in ("torch", "transformers", "peft")),
            merged_differ_by=float((beside - merged).abs().max()),
            largest_logit=float(merged.abs().max()),
        )
        order, shuffle = list(VARIANTS), random.Random(run.seed)
        for number in range(run.rounds + 1):
            shuffle.shuffle(order)
            for name in order:
                prefill, decode = timed_once(every[name], prompt, run.new_tokens)
                if number:
                    yield Timed(number, name, prefill, decode)


def variants(base: PreTrainedModel, run: TimingRun) -> dict[str, Variant]:
    """Every variant over the same frozen weights; only the merged ones have weights of their own."""
    lora = LoraConfig(r=run.rank, lora_alpha=2 * run.rank, target_modules=MATRICES, task_type="CAUSAL_LM")
    ia3 = IA3Config(
        task_type="CAUSAL_LM", target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"]
    )
    prefix = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=run.virtual_tokens)
    prompt = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=run.virtual_tokens)
    found: dict[str, Variant] = {"base": Variant(base, base)}
    for name, config in (("lora", lora), ("ia3", ia3)):
        adapted = filled(get_peft_model(own_modules(base), config))
        found[name] = Variant(adapted, adapted)
        merged = merged_copy(adapted)
        found[f"{name}_merged"] = Variant(merged, merged)
    for name, config in (("prefix", prefix), ("prompt", prompt)):
        adapted = get_peft_model(own_modules(base), config)
        found[name] = Variant(adapted, adapted.get_base_model(), run.virtual_tokens)
    series = put_bottlenecks(own_modules(base), run.width)
    found["series"] = Variant(series, series)
    parallel = own_modules(base)
    for layer in parallel.model.layers:
        layer.mlp = Beside(layer.mlp, parallel.config.hidden_size, run.width, parallel.device)
    found["parallel"] = Variant(parallel, parallel)
    for each in found.values():
        each.reads.eval()
    return {name: found[name] for name in VARIANTS}


def filled(adapted: PeftModel) -> PeftModel:
    """With numbers in it that do something."""
    for name, parameter in adapted.named_parameters():
        if parameter.requires_grad:
            at = 1.0 if "ia3" in name else 0.0
            nn.init.normal_(parameter, at, RANDOM_SIZE)
    return adapted


def merged_copy(adapted: PeftModel) -> PreTrainedModel:
    """The model with its adapter multiplied into weights of its own; `adapted` and its frozen weights stay."""
    alone = own_modules(adapted)
    for module in alone.modules():
        layer = getattr(module, "base_layer", None)
        if isinstance(layer, nn.Linear):
            layer.weight = nn.Parameter(layer.weight.clone(), requires_grad=False)
    return alone.merge_and_unload()


def timed_once(variant: Variant, prompt: torch.Tensor, new_tokens: int) -> tuple[float, float]:
    """Seconds to read the prompt, and for each token after it."""
    began = now(prompt)
    mask = torch.ones_like(prompt)
    output = variant.reads(input_ids=prompt, attention_mask=mask, use_cache=True)
    read = now(prompt)
    cache = output.past_key_values
    token = output.logits[:, -1:].argmax(dim=-1)
    for _ in range(new_tokens):
        output = variant.goes_on(input_ids=token, past_key_values=cache, use_cache=True)
        token = output.logits[:, -1:].argmax(dim=-1)
    return read - began, (now(prompt) - read) / new_tokens


def now(on: torch.Tensor) -> float:
    """The clock, when everything that was asked of the device is done."""
    if on.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()
