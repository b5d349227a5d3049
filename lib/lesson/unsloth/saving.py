"""What each change spares in memory, by the memory calculator; what it costs in operations.

Every change is one that Unsloth makes (package 2026.10.9) and that the calculator knows; the calculator does not know
kernels that write their result over their input, which Unsloth has as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from lib.memory import Architecture, TrainingSetup, architecture
from lib.memory.train.dilemma import operations_per_token
from lib.memory.train.training import TrainingEstimate, training

MODELS = (
    "SmolLM2-1.7B",
    "TinyLlama-1.1B",
    "Llama-3.2-3B",
    "Llama-2-7B",
    "Mistral-7B-v0.1",
    "Qwen2.5-7B",
    "Llama-3.1-8B",
)
LONGEST = 10**7
"""Positions: Unsloth scales RoPE, so a text may be longer than those the model was made for."""
PLAIN = TrainingSetup(
    method="qlora", rank=16, checkpointing=True, optimizer="adamw_fused", precision="bf16_autocast", sequence=2_048
)
"""QLoRA as `peft` prepares it, with FlashAttention and checkpointing: what is not quantized is in fp32."""
SPARED = PLAIN.with_(precision="bf16", chunked_loss=True, offloaded_inputs=True)
"""The same with Unsloth's changes that the calculator knows."""
PARTS = {
    "weights": "weights",
    "optimizer": "optimizer",
    "gradients": "optimizer",
    "activations": "activations",
    "logits": "logits",
    "temporary": "temporary",
    "overhead": "CUDA",
}
"""What the calculator's terms are called here; gradients are those of the adapters, beside their optimizer states."""


def long_reading(name: str) -> Architecture:
    """The architecture called `name`, for texts of any length."""
    return replace(architecture(name), max_position_embeddings=LONGEST)


@dataclass(frozen=True)
class Part:
    """A part of what a step takes, by one of the names in PARTS."""

    name: str
    size_bytes: float


def parts_of(made: TrainingEstimate) -> tuple[Part, ...]:
    """Each of PARTS at the fullest moment."""
    sizes = dict.fromkeys(PARTS.values(), 0.0)
    for term in made.terms:
        sizes[PARTS.get(term.key, "temporary")] += term.size_bytes
    return tuple(Part(*each) for each in sizes.items())


@dataclass(frozen=True)
class Rung:
    """A set-up, with one change more than the rung before it."""

    name: str
    about: str
    had_elsewhere: str
    """Where the same change is to be had without Unsloth."""
    made: TrainingEstimate
    operations_per_token: float

    @property
    def total_bytes(self) -> float:
        return self.made.total_bytes

    @property
    def parts(self) -> tuple[Part, ...]:
        return parts_of(self.made)

    @property
    def weights_bytes(self) -> float:
        return next(part.size_bytes for part in self.parts if part.name == "weights")


CHANGES: tuple[tuple[str, str, str, dict[str, object]], ...] = (
    ("plain QLoRA", "nothing spared", "", {"checkpointing": False}),
    ("+ checkpointing", "layers computed again", "transformers: gradient_checkpointing", {"checkpointing": True}),
    ("+ 16 bits", "16 bits between the layers", "torch: load in bf16 without peft's fp32", {"precision": "bf16"}),
    ("+ loss in pieces", "the loss in pieces", "TRL 1.15 by default, Liger Kernel", {"chunked_loss": True}),
    (
        "+ inputs away",
        "layer inputs kept off the GPU",
        "transformers: checkpointing with offload",
        {"offloaded_inputs": True},
    ),
    ("+ 8-bit AdamW", "AdamW's states in 8 bits", "bitsandbytes: optim adamw_8bit", {"optimizer": "adamw_8bit"}),
)


@lru_cache(maxsize=64)
def ladder(model: str, tokens: int, batch: int, rank: int) -> tuple[Rung, ...]:
    """One training step of `model` on texts of `tokens` tokens, one change after the other."""
    arch = long_reading(model)
    setup = PLAIN.with_(sequence=tokens, batch=batch, rank=rank)
    rungs = []
    for name, about, elsewhere, changes in CHANGES:
        setup = setup.with_(**changes)
        rungs.append(Rung(name, about, elsewhere, training(arch, setup), operations_per_token(arch, setup)))
    return tuple(rungs)


def most_spared(rungs: tuple[Rung, ...]) -> Rung:
    """The rung that spares most against the one before it."""
    drops = [(before.total_bytes - after.total_bytes, after) for before, after in pairwise(rungs)]
    return max(drops, key=lambda each: each[0])[1]


def spared_share(rungs: tuple[Rung, ...]) -> float:
    """Share that the last rung spares of the second, which has checkpointing alone, as every library has it."""
    return 1 - rungs[-1].total_bytes / rungs[1].total_bytes


def operations_more_share(rungs: tuple[Rung, ...]) -> float:
    """What checkpointing, the second rung, costs in operations over the first: layers are computed again."""
    return rungs[1].operations_per_token / rungs[0].operations_per_token - 1


def logits_bytes(model: str, tokens: int) -> float:
    """Of the fp32 logits of `tokens` tokens: tokens · vocabulary · 4."""
    return tokens * architecture(model).vocab_size * 4.0
