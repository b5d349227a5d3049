"""The changes one can make to a set-up to save memory, each with its price and how much it hurts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lib.memory.model.weights import precision, precisions
from lib.memory.serve.setup import ServingSetup
from lib.memory.setup import Setup
from lib.memory.train.setup import TrainingSetup

FREE = "nothing: the same numbers"
SMALLER_WEIGHTS = (
    ("fp8", 3, "hardly any accuracy; needs a GPU with fp8"),
    ("int8", 4, "hardly any accuracy, some speed"),
    ("q4_k_m", 6, "some accuracy; runs in llama.cpp"),
    ("nf4", 6, "some accuracy"),
)


@dataclass(frozen=True)
class Option:
    """A change one can make: what it does, what it costs, how much it hurts (0: not at all), which fields it sets."""

    key: str
    label: str
    price: str
    rank: int
    changes: dict[str, Any]


def serving_options(setup: ServingSetup, longest: int, most: int) -> Iterator[Option]:
    """What a server can change; `longest` and `most` are the tokens of a context and the conversations that fit."""
    yield from _server_settings(setup)
    if 0 < longest < setup.context:
        shorter = longest // 16 * 16 or longest
        label = f"Shorten the context to {shorter:,} tokens"
        yield Option("context", label, "longer texts are cut off", 4, {"context": shorter})
    if 0 < most < setup.sequences:
        label = f"Serve {most:,} conversations at once"
        yield Option("sequences", label, "the others wait", 3, {"sequences": most})
    bits = precision(setup.precision).bits_per_weight
    for key, rank, price in SMALLER_WEIGHTS:
        if precisions()[key].bits_per_weight < bits:
            label = f"Load the weights as {precisions()[key].label}"
            yield Option(key, label, price, rank, {"precision": key})
    yield from _more_gpus(setup, "Split over {} GPUs", "{} GPUs and a fast link between them", rank=5)


def _server_settings(setup: ServingSetup) -> Iterator[Option]:
    if setup.attention == "eager":
        yield Option("attention", "Use fused attention", FREE, 0, {"attention": "fused"})
    if setup.reserve:
        yield Option("paging", "Page the KV cache", "nothing: blocks of 16 tokens", 0, {"reserve": False})
    if setup.prefill == 0 or setup.prefill > 512:
        yield Option("prefill", "Read prompts 512 tokens at a time", "a little speed", 0, {"prefill": 512})
    if setup.kv_bits > 8:
        price = "a little accuracy on long contexts"
        yield Option("kv", "Keep the KV cache in 8 bits", price, 2, {"kv_bits": 8})


def training_options(setup: TrainingSetup, longest: int, _most: int) -> Iterator[Option]:
    """What a training run can change, without touching the model; `longest` tokens a sequence would fit."""
    yield from _free_options(setup)
    yield from _paid_options(setup, longest)
    yield from _method_options(setup)
    yield from _more_gpus(setup, "Shard over {} GPUs (ZeRO-3)", "{} GPUs and a fast link", rank=8)


def _free_options(setup: TrainingSetup) -> Iterator[Option]:
    """The same numbers from less memory."""
    if setup.attention == "eager":
        yield Option("attention", "Use fused attention", FREE, 0, {"attention": "fused"})
    if setup.keeps_logits:
        label = "Let go of the logits before the backward pass"
        yield Option("logits", label, "nothing", 0, {"keeps_logits": False})
    if not setup.chunked_loss:
        price = "a fused kernel such as Liger's"
        yield Option("loss", "Compute the loss in chunks", price, 1, {"chunked_loss": True})
    if setup.optimizer == "adamw":
        yield Option("fused", "Use the fused AdamW", FREE, 0, {"optimizer": "adamw_fused"})


def _paid_options(setup: TrainingSetup, longest: int) -> Iterator[Option]:
    """Time, length or a little accuracy for memory."""
    if not setup.checkpointing:
        label = "Checkpoint the activations"
        yield Option("checkpointing", label, "about a third more computing", 2, {"checkpointing": True})
    if setup.batch > 1:
        steps = setup.batch * setup.accumulation
        price = "no more computing, but in smaller pieces, which keep a GPU less busy"
        changes = {"batch": 1, "accumulation": steps, "optimizer_in_backward": False}
        yield Option("batch", f"Micro-batch 1, {steps} steps accumulated", price, 2, changes)
    if setup.optimizer in ("adamw", "adamw_fused"):
        yield Option("adam8", "Keep AdamW's states in 8 bits", "hardly anything", 3, {"optimizer": "adamw_8bit"})
        price = "hardly anything while there is room; else the states travel, which costs time"
        label = "Keep AdamW's states in 8 bits and page them"
        yield Option("paged", label, price, 4, {"optimizer": "paged_adamw_8bit"})
    if setup.trains_base and setup.accumulation == setup.gpus == 1 and not setup.optimizer_in_backward:
        price = "nothing to clip gradients by, no accumulation"
        label = "Step the optimizer in the backward pass"
        yield Option("in_backward", label, price, 3, {"optimizer_in_backward": True})
    if setup.sequence > 256:
        shorter = longest // 16 * 16 if 256 <= longest < setup.sequence else setup.sequence // 2
        label = f"Shorten the sequences to {shorter:,} tokens"
        yield Option("sequence", label, "longer texts are cut", 4, {"sequence": shorter})


def _method_options(setup: TrainingSetup) -> Iterator[Option]:
    """Train less, or in fewer bits."""
    wide = setup.precision in ("fp32", "bf16_autocast")
    if setup.method == "full" and wide:
        yield Option("bf16", "Train wholly in bf16", "small updates may round away", 5, {"precision": "bf16"})
    if setup.method == "lora" and wide:
        price = "nothing: they are not trained"
        yield Option("bf16", "Load the frozen weights in bf16", price, 1, {"precision": "bf16"})
    if setup.method == "qlora" and wide:
        label = "Keep what is not quantized in bf16"
        yield Option("bf16", label, "norms and logits in 16 bits, as torchtune does", 2, {"precision": "bf16"})
    if setup.method == "full":
        price = "a little quality, sometimes none"
        yield Option("lora", "Train LoRA adapters instead", price, 6, {"method": "lora", "precision": "bf16"})
    if setup.method != "qlora":
        label = "Train LoRA over 4-bit weights (QLoRA)"
        changes = {"method": "qlora", "precision": "bf16_autocast"}
        yield Option("qlora", label, "some speed, a little quality", 7, changes)


def _more_gpus(setup: Setup, label: str, price: str, rank: int) -> Iterator[Option]:
    """Two, four and eight times as many; the set-up says how they share the work."""
    for step, times in enumerate((2, 4, 8)):
        count = times * setup.gpus
        shared = vars(setup.over_gpus(count))
        changes = {field: value for field, value in shared.items() if value != getattr(setup, field)}
        yield Option(f"gpus{count}", label.format(count), price.format(count), rank + step, changes)


OPTIONS = {"serve": serving_options, "train": training_options}
"""What can be changed, by the job of a set-up."""
