"""The terms of a serving estimate, each with the arithmetic behind it."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from lib.memory.arithmetic import Number
from lib.memory.model.architecture import Architecture
from lib.memory.model.inventory.tensors import Part
from lib.memory.model.weights import bits_per_weight, precision, weights_bytes, weights_term
from lib.memory.passes.layers import layer_profile
from lib.memory.passes.numerics import FP32, HALF, Numerics
from lib.memory.serve.setup import ServingSetup
from lib.memory.terms import Term

ACTIVATION_SPREAD = 0.15  # kernels' own workspaces and how long Python keeps a temporary: a few of many tensors


def serving_weights(arch: Architecture, setup: ServingSetup) -> Term:
    """The weights on one GPU; over several, matrices split and norms copied."""
    term = weights_term(arch, setup.precision)
    if setup.gpus == 1:
        return term
    split, copied = sharded_weights_bytes(arch, setup.precision, setup.gpus)
    working = Number(split, "B_split", "bytes that are split") / Number(setup.gpus, "t", "GPUs")
    return replace(
        term,
        size_bytes=split / setup.gpus + copied,
        working=working + Number(copied, "B_copied", "bytes that every GPU has (norms, shared key-value heads)"),
        source="Megatron-LM, arXiv 1909.08053: matrices are split, norms are not",
    )


def sharded_weights_bytes(arch: Architecture, key: str, shards: int) -> tuple[float, float]:
    """Tensor parallel (Megatron-LM, arXiv 1909.08053): bytes split over the GPUs, and bytes that each has.

    Norms are on each; where there are more GPUs than key-value heads, so is a whole head of those.
    """
    norms = HALF * sum(each.parameters for each in arch.tensors if each.part is Part.NORMS)
    kv = 0.0
    if not arch.latent and shards > arch.num_key_value_heads:
        numbers = 2 * arch.num_hidden_layers * arch.hidden_size * arch.kv_width
        kv = numbers * bits_per_weight(arch, key) / 8
    whole = weights_bytes(arch, key)
    one_head = kv * ceil(arch.num_key_value_heads / shards) / arch.num_key_value_heads
    return whole - kv - norms, one_head + norms


def when_read(arch: Architecture, setup: ServingSetup) -> ServingSetup:
    """The set-up while the prompt is read: an encoder of sound reads as many positions as ever, and all at once."""
    if arch.always_reads <= setup.context:
        return setup
    return setup.with_(context=arch.always_reads, prefill=0)


def prompt_activations(arch: Architecture, setup: ServingSetup) -> Term:
    """The widest moment of one layer's forward pass, without a gradient: layers use the same memory in turn."""
    tokens = setup.prefill_tokens
    wide = FP32 if setup.precision == "fp32" else HALF
    numerics = Numerics(
        residual_bytes=wide,
        compute_bytes=wide,
        weight_bytes=wide,
        trains_base=False,
        attention=setup.attention,
        dequantizes=precision(setup.precision).kind == "bitsandbytes",
        on_cpu=setup.on_cpu,
    )
    batch, sequence = _pass_shape(setup)
    peak = max(
        layer_profile(arch, kind, numerics, batch, sequence, False).inference_peak_bytes
        for kind in set(arch.layer_kinds())
    )
    streams = 2 + (arch.learned_positions > 0)  # the embeddings (without and with positions), and the stream itself
    beside = _window_extras(arch, setup, batch, sequence)
    stream = (
        Number(streams, "", "") * Number(arch.hidden_size, "h", "hidden size") * Number(wide, "b", "bytes per number")
    )
    widest = Number(peak / tokens / setup.gpus, "m", "bytes per token at a layer's widest moment")
    working = Number(tokens, "T_prefill", "tokens read at once") * (stream + widest)
    if beside:
        working += Number(beside, "B_window", "bytes of the window's mask and views")
    return Term(
        "activations",
        "Prompt's activations",
        working.value,
        working,
        "the layer's operations played forward (tensors die after their last use)",
        arch.passes_note,
        below=max(ACTIVATION_SPREAD, arch.passes_below),
        above=max(ACTIVATION_SPREAD, arch.passes_above),
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


def _pass_shape(setup: ServingSetup) -> tuple[int, int]:
    """Sequences and tokens a sequence of the largest forward pass."""
    if setup.prefill and setup.prefill < setup.context * setup.sequences:
        return 1, setup.prefill
    return setup.sequences, setup.context


def logits_term(arch: Architecture, setup: ServingSetup) -> Term:
    """Logits of the next token in the model's type and once more in fp32 for sampling; all positions on request."""
    positions = setup.prefill_tokens if setup.all_logits else setup.sequences
    entries = Number(positions, "n", "positions") * Number(arch.vocab_size, "V", "entries of the vocabulary")
    working = entries * Number(HALF + FP32, "b", "bytes, 2 + 4")
    if setup.gpus > 1:
        working = working / Number(setup.gpus, "t", "GPUs")
    return Term(
        "logits",
        "Logits",
        working.value,
        working,
        "transformers' generate: the last position's logits, cast to fp32 for sampling",
        below=0.34,
        above=0.34,
    )
