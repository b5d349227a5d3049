"""The changes one can make to a set-up to save memory, each with its price and how much it hurts."""

from __future__ import annotations

from lib.memory.model.weights import precisions
from lib.memory.serve.serving import ServingSetup
from lib.memory.train.setup import TrainingSetup

Option = tuple[str, str, str, int, dict]


def serving_options(setup: ServingSetup, tokens: int, count: int) -> list[Option]:
    """What a server can change; `tokens` and `count` are the longest context and the most conversations that fit."""
    options: list[Option] = []
    if setup.attention == "eager":
        options.append(("attention", "Use fused attention", "nothing: the same numbers", 0, {"attention": "fused"}))
    if setup.reserve:
        options.append(("paging", "Page the KV cache", "nothing: blocks of 16 tokens", 0, {"reserve": False}))
    if setup.prefill == 0 or setup.prefill > 512:
        options.append(("prefill", "Read prompts 512 tokens at a time", "a little speed", 0, {"prefill": 512}))
    if setup.kv_bits > 8:
        options.append(("kv", "Keep the KV cache in 8 bits", "a little accuracy on long contexts", 2, {"kv_bits": 8}))
    if 0 < tokens < setup.context:
        tokens = tokens // 16 * 16 or tokens
        options.append(
            ("context", f"Shorten the context to {tokens:,} tokens", "longer texts are cut off", 4, {"context": tokens})
        )
    if 0 < count < setup.sequences:
        options.append(
            ("sequences", f"Serve {count:,} conversations at once", "the others wait", 3, {"sequences": count})
        )
    bits = precisions()[setup.precision].bits_per_weight
    for key, rank, price in (
        ("fp8", 3, "hardly any accuracy; needs a GPU with fp8"),
        ("int8", 4, "hardly any accuracy, some speed"),
        ("q4_k_m", 6, "some accuracy; runs in llama.cpp"),
        ("nf4", 6, "some accuracy"),
    ):
        if precisions()[key].bits_per_weight < bits:
            options.append((key, f"Load the weights as {precisions()[key].label}", price, rank, {"precision": key}))
    options += [
        (f"gpus{n}", f"Split over {n} GPUs", f"{n} GPUs and a fast link between them", 5 + i, {"gpus": n})
        for i, n in enumerate((2 * setup.gpus, 4 * setup.gpus, 8 * setup.gpus))
    ]
    return options


def training_options(setup: TrainingSetup) -> list[Option]:
    """What a training run can change, without touching the model."""
    return [*_free_options(setup), *_paid_options(setup), *_method_options(setup)]


def _free_options(setup: TrainingSetup) -> list[Option]:
    """The same numbers from less memory."""
    options: list[Option] = []
    if setup.attention == "eager":
        options.append(("attention", "Use fused attention", "nothing: the same numbers", 0, {"attention": "fused"}))
    if setup.keeps_logits:
        options.append(
            ("logits", "Let go of the logits before the backward pass", "nothing", 0, {"keeps_logits": False})
        )
    if not setup.chunked_loss:
        options.append(
            ("loss", "Compute the loss in chunks", "a fused kernel such as Liger's", 1, {"chunked_loss": True})
        )
    if setup.optimizer == "adamw":
        options.append(("fused", "Use the fused AdamW", "nothing: the same numbers", 0, {"optimizer": "adamw_fused"}))
    return options


def _paid_options(setup: TrainingSetup) -> list[Option]:
    """Time, length or a little accuracy for memory."""
    options: list[Option] = []
    if not setup.checkpointing:
        options.append(
            ("checkpointing", "Checkpoint the activations", "about a third more time", 2, {"checkpointing": True})
        )
    if setup.batch > 1:
        changes = {"batch": 1, "accumulation": setup.batch * setup.accumulation}
        options.append(("batch", f"Micro-batch 1, {changes['accumulation']} steps accumulated", "speed", 2, changes))
    if setup.optimizer in ("adamw", "adamw_fused"):
        options.append(("adam8", "Keep AdamW's states in 8 bits", "hardly anything", 3, {"optimizer": "adamw_8bit"}))
    if setup.sequence > 256:
        half = setup.sequence // 2
        options.append(
            ("sequence", f"Halve the sequences to {half:,} tokens", "longer texts are cut", 4, {"sequence": half})
        )
    return options


def _method_options(setup: TrainingSetup) -> list[Option]:
    """Train less, in fewer bits, or on more GPUs."""
    options: list[Option] = []
    if setup.method == "full" and setup.precision in ("fp32", "bf16_autocast"):
        options.append(("bf16", "Train wholly in bf16", "small updates may round away", 5, {"precision": "bf16"}))
    if setup.method == "lora" and setup.precision in ("fp32", "bf16_autocast"):
        options.append(
            ("bf16", "Load the frozen weights in bf16", "nothing: they are not trained", 1, {"precision": "bf16"})
        )
    if setup.method == "full":
        options.append(
            (
                "lora",
                "Train LoRA adapters instead",
                "a little quality, sometimes none",
                6,
                {"method": "lora", "precision": "bf16"},
            )
        )
    if setup.method != "qlora":
        options.append(
            (
                "qlora",
                "Train LoRA over 4-bit weights (QLoRA)",
                "some speed, a little quality",
                7,
                {"method": "qlora", "precision": "bf16_autocast"},
            )
        )
    options += [
        (f"gpus{n}", f"Shard over {n} GPUs (ZeRO-3)", f"{n} GPUs and a fast link", 8 + i, {"gpus": n, "zero_stage": 3})
        for i, n in enumerate((2 * setup.gpus, 4 * setup.gpus, 8 * setup.gpus))
    ]
    return options
