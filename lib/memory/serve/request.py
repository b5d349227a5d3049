"""One request served, moment by moment: loading, reading the prompt, writing the answer, done."""

from __future__ import annotations

from dataclasses import dataclass

from lib.memory.model.architecture import Architecture
from lib.memory.serve.serving import ServingSetup, kv_cache, serving

PARTS = ("weights", "kv_cache", "activations", "logits")


@dataclass(frozen=True)
class RequestMoment:
    """What is in memory at one moment, in bytes on one GPU."""

    label: str
    phase: str
    weights: float
    kv_cache: float = 0.0
    activations: float = 0.0
    logits: float = 0.0

    @property
    def total_bytes(self) -> float:
        return sum(getattr(self, part) for part in PARTS)


def request_moments(arch: Architecture, setup: ServingSetup, answer_share: float = 0.25) -> tuple[RequestMoment, ...]:
    """All conversations in step: prompts of `1 - answer_share` of the context, then answers to its end.

    Reading the prompt needs activations for every token at once, writing the answer for one: the prompt is often the
    fullest moment though the cache is not yet full.
    """
    prompt = max(1, round(setup.context * (1 - answer_share)))
    estimate = serving(arch, setup.with_(context=prompt))
    weights = estimate.term("weights").size_bytes
    one_token = serving(arch, setup.with_(context=1, prefill=0))
    moments = [RequestMoment("weights loaded", "start", weights)]
    for share in (0.5, 1.0):
        cache = kv_cache(arch, setup.with_(context=max(1, round(prompt * share)))).total_bytes
        moments.append(
            RequestMoment(
                f"prompt, {share:.0%} of the layers",
                "prompt",
                weights,
                cache
                if setup.reserve or setup.prefill
                else share * kv_cache(arch, setup.with_(context=prompt)).total_bytes,
                estimate.term("activations").size_bytes,
            )
        )
    moments.append(
        RequestMoment(
            "first token",
            "prompt",
            weights,
            kv_cache(arch, setup.with_(context=prompt)).total_bytes,
            2 * setup.sequences * arch.hidden_size * 2.0,
            estimate.term("logits").size_bytes,
        )
    )
    for share in (0.5, 1.0):
        tokens = max(1, round(prompt + (setup.context - prompt) * share))
        cache = kv_cache(arch, setup.with_(context=tokens)).total_bytes
        activations, logits = one_token.term("activations").size_bytes, one_token.term("logits").size_bytes
        moments.append(RequestMoment(f"token {tokens:,}", "answer", weights, cache, activations, logits))
    left = kv_cache(arch, setup).total_bytes if setup.reserve else 0.0
    moments.append(RequestMoment("answered", "end", weights, left))
    return tuple(moments)
