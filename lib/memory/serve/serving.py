"""Memory for serving: weights, KV cache, what the prompt's forward pass needs for a moment, logits and the runtime."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.model.weights import precision, weights_bytes, weights_term
from lib.memory.overhead import overhead_term
from lib.memory.passes.layers import layer_profile
from lib.memory.passes.numerics import FP32, HALF, Numerics
from lib.memory.serve.kv_cache import KVCache
from lib.memory.terms import MadeOfTerms, Term, latex_bytes, latex_number
from lib.whole_numbers import check_whole

ACTIVATION_SPREAD = 0.15  # kernels' own workspaces and how long Python keeps a temporary: a few of many tensors


@dataclass(frozen=True)
class ServingSetup:
    """One server. `sequences` conversations of up to `context` tokens, prompt and answer together.

    `prefill` tokens go through the model at once (0: every prompt whole, all sequences together). `reserve` keeps the
    cache for the longest possible sequence of each conversation, as engines did before paging.
    """

    precision: str = "bf16"
    context: int = 4_096
    sequences: int = 1
    kv_bits: int = 16
    block_size: int = 16
    reserve: bool = False
    prefill: int = 0
    all_logits: bool = False
    attention: Literal["fused", "eager"] = "fused"
    gpus: int = 1
    on_cpu: bool = False

    def __post_init__(self) -> None:
        precision(self.precision)
        limits = {"context": (1, 10**9), "sequences": (1, 10**6), "prefill": (0, 10**9), "gpus": (1, 4_096)}
        for name, (least, largest) in limits.items():
            check_whole(name, getattr(self, name), least, largest, CannotEstimateError)

    def with_(self, **changes: object) -> ServingSetup:
        return replace(self, **changes)

    @property
    def prefill_tokens(self) -> int:
        """Tokens in the largest forward pass."""
        whole = self.context * self.sequences
        return min(whole, self.prefill) if self.prefill else whole


@dataclass(frozen=True)
class ServingEstimate(MadeOfTerms):
    """What each of `setup.gpus` holds at its fullest, term by term."""

    architecture: Architecture
    setup: ServingSetup
    terms: tuple[Term, ...]


def serving(architecture: Architecture, setup: ServingSetup, context_mib: int | None = None) -> ServingEstimate:
    """Everything one GPU holds when the last prompt is read; `context_mib` is its CUDA context where known."""
    terms = (
        _weights(architecture, setup),
        kv_cache(architecture, setup).term(),
        _activations(architecture, setup),
        _logits(architecture, setup),
        overhead_term(context_mib, distributed=setup.gpus > 1),
    )
    return ServingEstimate(architecture, setup, terms)


def kv_cache(architecture: Architecture, setup: ServingSetup) -> KVCache:
    return KVCache(
        architecture,
        tokens=max(architecture.max_position_embeddings, setup.context) if setup.reserve else setup.context,
        sequences=setup.sequences,
        bits=setup.kv_bits,
        block_size=0 if setup.reserve else setup.block_size,
        gpus=setup.gpus,
    )


def _weights(arch: Architecture, setup: ServingSetup) -> Term:
    term = weights_term(arch, setup.precision)
    if setup.gpus == 1:
        return term
    size = sharded_weights_bytes(arch, setup.precision, setup.gpus)
    values = rf"\frac{{{latex_bytes(term.size_bytes)}}}{{{setup.gpus}}} + \text{{replicated}} = {latex_bytes(size)}"
    return replace(term, size_bytes=size, formula=rf"\frac{{{term.formula}}}{{t}} + \text{{replicated}}", values=values)


def sharded_weights_bytes(arch: Architecture, key: str, shards: int) -> float:
    """Tensor parallel (Megatron-LM, arXiv 1909.08053): matrices split, norms whole on each, KV heads at least one."""
    whole = weights_bytes(arch, key)
    norms = (arch.num_hidden_layers * arch.block_norms + 1) * arch.norm_parameters
    kv = 0 if arch.latent else 2 * arch.num_hidden_layers * arch.hidden_size * arch.kv_width
    per_weight = precision(key).bits_per_weight / 8
    kept_kv = max(1, ceil(arch.num_key_value_heads / shards)) / arch.num_key_value_heads
    return (whole - kv * per_weight - norms * HALF) / shards + kv * per_weight * kept_kv + norms * HALF


def _activations(arch: Architecture, setup: ServingSetup) -> Term:
    """The widest moment of one layer's forward pass, without a gradient: layers use the same memory in turn."""
    tokens = setup.prefill_tokens
    wide = FP32 if setup.precision == "fp32" else HALF
    numerics = Numerics(
        residual_bytes=wide,
        compute_bytes=wide,
        weight_bytes=wide,
        trains_base=False,
        attention=setup.attention,
        dequantises=precision(setup.precision).kind == "bitsandbytes",
        on_cpu=setup.on_cpu,
    )
    batch, sequence = _shape(setup)
    peak = max(
        layer_profile(arch, kind, numerics, batch, sequence, False).inference_peak_bytes
        for kind in set(arch.layer_kinds())
    )
    streams = 2 + (arch.learned_positions > 0)  # the embeddings (without and with positions), and the stream itself
    beside = _window_extras(arch, setup, batch, sequence)
    size = streams * tokens * arch.hidden_size * wide + peak / setup.gpus + beside
    per_token = peak / tokens / setup.gpus
    return Term(
        "activations",
        "Prompt's activations",
        size,
        r"T_\text{prefill} \times (2h \times \text{bytes} + \text{widest moment of a layer})",
        rf"{latex_number(tokens)} \times "
        rf"({latex_number(streams * arch.hidden_size * wide)} + {latex_number(per_token)})"
        + (rf" + {latex_number(beside)}" if beside else "")
        + " = "
        + latex_bytes(size),
        "the layer's operations played forward (tensors die after their last use)",
        below=ACTIVATION_SPREAD,
        above=ACTIVATION_SPREAD,
    )


def _window_extras(arch: Architecture, setup: ServingSetup, batch: int, sequence: int) -> float:
    """What sliding windows cost while a prompt longer than the window is read.

    A mask (one byte a pair of positions); and, in transformers, the whole prompt's keys and values: its cache keeps the
    last window as a view of them (`DynamicSlidingWindowLayer`), which holds all of them until the next token.
    """
    window = arch.sliding_window
    if not arch.sliding_layers or sequence < window:
        return 0.0
    mask = batch * sequence * sequence
    if setup.block_size or setup.reserve:
        return mask
    views = 2 * arch.kv_width * arch.sliding_layers * batch * (sequence - window) * setup.kv_bits / 8
    return mask + views / setup.gpus


def _shape(setup: ServingSetup) -> tuple[int, int]:
    if setup.prefill and setup.prefill < setup.context * setup.sequences:
        return 1, setup.prefill
    return setup.sequences, setup.context


def _logits(arch: Architecture, setup: ServingSetup) -> Term:
    """Logits of the next token in the model's type and once more in fp32 for sampling; all positions on request."""
    positions = setup.prefill_tokens if setup.all_logits else setup.sequences
    size = positions * arch.vocab_size * (HALF + FP32) / setup.gpus
    return Term(
        "logits",
        "Logits",
        size,
        r"n \times V \times (2 + 4)",
        rf"{latex_number(positions)} \times {latex_number(arch.vocab_size)} \times 6 = {latex_bytes(size)}",
        "transformers' generate: the last position's logits, cast to fp32 for sampling",
        below=0.34,
        above=0.34,
    )
