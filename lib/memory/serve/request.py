"""One request served, moment by moment: loading, reading the prompt, writing the answer, done."""

from __future__ import annotations

from collections.abc import Iterator

from lib.memory.model.architecture import Architecture
from lib.memory.moment import Moment
from lib.memory.passes.numerics import HALF
from lib.memory.serve.setup import ServingSetup
from lib.memory.serve.terms import logits_term, prompt_activations, serving_weights, when_read

ANSWER_SHARE = 0.25  # of the context


def request_moments(arch: Architecture, setup: ServingSetup) -> tuple[Moment, ...]:
    """All conversations in step: prompts of three quarters of the context, then answers to its end.

    Reading the prompt needs activations for every token at once, writing the answer for one: the prompt is often the
    fullest moment though the cache is not yet full.
    """
    prompt = max(1, round(setup.context * (1 - ANSWER_SHARE)))
    weights = serving_weights(arch, setup).size_bytes
    left = setup.kv_cache(arch).total_bytes if setup.reserve else 0.0
    return (
        Moment("weights loaded", "start", weights),
        *_reading(arch, setup.with_(context=prompt), weights),
        *_writing(arch, setup, weights, prompt),
        Moment("answered", "end", weights, left),
    )


def _reading(arch: Architecture, setup: ServingSetup, weights: float) -> Iterator[Moment]:
    """The prompt: layer after layer if it is read whole, piece after piece otherwise."""
    whole = setup.kv_cache(arch).total_bytes
    activations = prompt_activations(arch, when_read(arch, setup)).size_bytes
    for share in (0.5, 1.0):
        half_read = setup.with_(context=max(1, round(setup.context * share)))
        cache = half_read.kv_cache(arch).total_bytes if setup.reserve or setup.prefill else share * whole
        yield Moment(f"prompt, {share:.0%} of the layers", "prompt", weights, cache, activations=activations)
    stream = 2 * setup.sequences * arch.hidden_size * HALF
    logits = logits_term(arch, setup).size_bytes
    yield Moment("first token", "prompt", weights, whole, activations=stream, logits=logits)


def _writing(arch: Architecture, setup: ServingSetup, weights: float, prompt: int) -> Iterator[Moment]:
    """The answer, one token at a time."""
    one_token = setup.with_(context=1, prefill=0)
    activations, logits = prompt_activations(arch, one_token).size_bytes, logits_term(arch, one_token).size_bytes
    for share in (0.5, 1.0):
        tokens = max(1, round(prompt + (setup.context - prompt) * share))
        cache = setup.with_(context=tokens).kv_cache(arch).total_bytes
        yield Moment(f"token {tokens:,}", "answer", weights, cache, activations=activations, logits=logits)
