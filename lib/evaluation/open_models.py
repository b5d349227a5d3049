"""Published open models: what is known of each, and what serving it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from lib.evaluation.facts import facts
from lib.evaluation.selection import Choice, Factor
from lib.memory import Gpu, ServingRule


@dataclass(frozen=True)
class OpenModel:
    """A published open model; None is not published."""

    name: str
    hub: str
    parameters_b: float
    """Billions (10^9), and so are the active ones: those that one token uses."""
    active_b: float
    context_tokens: int
    context_source: str
    licence: str
    licence_freedom: float
    """1 open, 0.5 commercial use under conditions, 0 no commercial use: the course's own reading."""
    mmlu: float | None
    mmlu_source: str
    training_tokens_t: float | None
    """Trillions (10^12)."""
    training_tokens_source: str
    arena: float | None
    arena_source: str

    def serving(self, bits: float) -> ServingRule:
        """The lecture's rule of thumb for its weights at this precision."""
        return ServingRule(self.parameters_b * 1e9, bits)


@dataclass(frozen=True)
class Conditions:
    """How models are served, and which are out of the question."""

    bits: int
    gpu: Gpu
    most_gpus: int
    least_context_tokens: int
    least_freedom: float

    def gpus_needed(self, model: OpenModel) -> int:
        return math.ceil(model.serving(self.bits).total_bytes / self.gpu.usable_bytes)

    def ms_per_token(self, model: OpenModel) -> float:
        """Least time for one token of one conversation: every active weight is read once from the GPUs' memory.

        As if several GPUs shared the reading perfectly, so it cannot be faster.
        """
        active_bytes = model.active_b * 1e9 * self.bits / 8
        return active_bytes / (self.gpu.bandwidth_gb_s * 1e9 * self.gpus_needed(model)) * 1e3

    def allowed(self) -> tuple[OpenModel, ...]:
        return tuple(model for model in open_models() if self._allows(model))

    def _allows(self, model: OpenModel) -> bool:
        return (
            self.gpus_needed(model) <= self.most_gpus
            and model.context_tokens >= self.least_context_tokens
            and model.licence_freedom >= self.least_freedom
        )


FACTORS = (
    Factor("mmlu", "Benchmark scores", True, False, "MMLU, %", "published", "knowledge and reasoning, 57 subjects"),
    Factor(
        "data", "Training data", True, True, "trillion tokens", "published", "quantity only: quality is not published"
    ),
    Factor("human", "Human evaluation", True, False, "Arena rating", "published", "blind votes between two answers"),
    Factor(
        "latency", "Inference latency", False, True, "ms per token, at least", "formula", "active weights ÷ bandwidth"
    ),
    Factor(
        "cost", "Cost of deployment", False, True, "GPUs", "formula", "the lecture's memory rule ÷ one GPU's memory"
    ),
    Factor("context", "Context size", True, True, "tokens", "published", "longest input and output together"),
    Factor("licence", "Licence terms", True, False, "0 to 1", "published", "1 open, 0.5 conditions, 0 non-commercial"),
)
"""The lecture's seven factors, each made one number."""


def choices(conditions: Conditions) -> tuple[Choice, ...]:
    """The models that meet the conditions, as `selection` ranks them."""
    return tuple(
        Choice(
            model.name,
            {
                "mmlu": model.mmlu,
                "data": model.training_tokens_t,
                "human": model.arena,
                "latency": conditions.ms_per_token(model),
                "cost": float(conditions.gpus_needed(model)),
                "context": float(model.context_tokens),
                "licence": model.licence_freedom,
            },
        )
        for model in conditions.allowed()
    )


@cache
def open_models() -> tuple[OpenModel, ...]:
    return tuple(OpenModel(**row) for row in facts("models")["models"])


def models_note() -> tuple[str, str]:
    """(what the table is, when it was put together)."""
    return facts("models")["about"], facts("models")["accessed"]
