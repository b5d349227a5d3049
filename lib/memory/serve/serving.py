"""Memory for serving: weights, KV cache, what the prompt's forward pass needs for a moment, logits and the runtime."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.model.weights import bits_per_weight
from lib.memory.moment import Moment
from lib.memory.overhead import overhead_term
from lib.memory.rules_of_thumb import ServingRule
from lib.memory.serve.request import request_moments
from lib.memory.serve.setup import ServingSetup
from lib.memory.serve.terms import logits_term, prompt_activations, serving_weights, when_read
from lib.memory.terms import MadeOfTerms, Term


@dataclass(frozen=True)
class ServingEstimate(MadeOfTerms):
    """What each of `setup.gpus` holds at its fullest, term by term."""

    architecture: Architecture
    setup: ServingSetup
    terms: tuple[Term, ...]

    @property
    def runs(self) -> dict[str, tuple[Moment, ...]]:
        """What is in memory over time."""
        return {"one request": request_moments(self.architecture, self.setup)}

    @property
    def fullest(self) -> Moment:
        return max(self.runs["one request"], key=lambda moment: moment.allocated_bytes)

    @property
    def rule(self) -> ServingRule:
        """What the lecture's rule of thumb says of the same weights."""
        bits = bits_per_weight(self.architecture, self.setup.precision)
        return ServingRule(self.architecture.parameters, round(bits, 2))

    @property
    def beside_weights_share(self) -> float:
        """Of the total, all but the weights."""
        return 1 - self.size_of("weights") / self.total_bytes


@lru_cache(maxsize=512)  # 5 kB each
def serving(arch: Architecture, setup: ServingSetup, context_mib: int | None = None) -> ServingEstimate:
    """Everything one GPU holds when the last prompt is read; `context_mib` is its CUDA context where known."""
    check_serving(arch, setup)
    terms = (
        serving_weights(arch, setup),
        setup.kv_cache(arch).term(),
        prompt_activations(arch, when_read(arch, setup)),
        logits_term(arch, setup),
        overhead_term(context_mib, distributed=setup.gpus > 1),
    )
    return ServingEstimate(arch, setup, terms)


def check_serving(arch: Architecture, setup: ServingSetup) -> None:
    """Refuse what no engine would start."""
    if setup.context > arch.max_position_embeddings:
        raise CannotEstimateError(
            f"context = {setup.context:,} is more than the {arch.max_position_embeddings:,} positions of {arch.name}: "
            "take a shorter context, or a model made for longer ones."
        )
    if arch.num_attention_heads % setup.gpus:
        raise CannotEstimateError(
            f"gpus = {setup.gpus} does not divide the {arch.num_attention_heads} heads of {arch.name}: tensor "
            "parallelism gives every GPU the same number of heads."
        )
    kv_heads = 0 if arch.latent else arch.num_key_value_heads
    if kv_heads and kv_heads % setup.gpus and setup.gpus % kv_heads:
        raise CannotEstimateError(
            f"gpus = {setup.gpus} and the {kv_heads} key-value heads of {arch.name} do not divide one another: engines "
            "give every GPU as many of these heads, or one head to as many GPUs."
        )
