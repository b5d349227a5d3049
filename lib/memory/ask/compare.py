"""A measurement against the estimate, and the assumptions that would explain the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lib.memory.ask.measurement import Measurement
from lib.memory.errors import CannotEstimateError
from lib.memory.estimate import estimate
from lib.memory.model.architecture import Architecture
from lib.memory.serve.setup import ServingSetup
from lib.memory.setup import Setup
from lib.memory.train.setup import TrainingSetup


@dataclass(frozen=True)
class Suspect:
    """A changed assumption and what the estimate would then be."""

    label: str
    term: str
    estimated_bytes: float


@dataclass(frozen=True)
class Comparison:
    """Measured against estimated, and what could explain the difference, best first."""

    measurement: Measurement
    measured_bytes: float
    estimated_bytes: float
    suspects: tuple[Suspect, ...]

    @property
    def error(self) -> float:
        """Estimate over measurement, minus one."""
        return self.estimated_bytes / self.measured_bytes - 1

    @property
    def agrees(self) -> bool:
        """Within five hundredths."""
        return abs(self.error) <= 0.05


def compare(arch: Architecture, setup: Setup, measurement: Measurement) -> Comparison:
    """Hold `measurement` against the estimate and against the estimates of near-by assumptions."""
    believed = estimate(arch, setup)
    extra = believed.total_bytes - believed.allocated_bytes if measurement.includes_context else 0.0
    measured, ours = measurement.comparable_bytes, believed.allocated_bytes + extra
    suspects = []
    for assumption in ASSUMPTIONS[setup.job](setup):
        try:
            other = estimate(arch, setup.with_(**assumption.changes)).allocated_bytes + extra
        except CannotEstimateError:
            continue
        if abs(other - measured) < 0.8 * abs(ours - measured):
            suspects.append(Suspect(assumption.label, assumption.term, other))
    suspects.sort(key=lambda each: abs(each.estimated_bytes - measured))
    return Comparison(measurement, measured, ours, tuple(suspects[:3]))


@dataclass(frozen=True)
class Assumption:
    """What commonly is not as one thinks: what it would mean, which term it changes, and how."""

    label: str
    term: str
    changes: dict[str, Any]


def _serving_assumptions(setup: ServingSetup) -> tuple[Assumption, ...]:
    return (
        Assumption("the weights were loaded in fp32", "weights", {"precision": "fp32"}),
        Assumption("the weights were loaded in 16 bits", "weights", {"precision": "bf16"}),
        Assumption("attention ran unfused and stored its scores", "activations", {"attention": "eager"}),
        Assumption("logits were computed for every position", "logits", {"all_logits": True}),
        Assumption("the cache was reserved for the longest context", "kv_cache", {"reserve": True}),
        Assumption("the prompt was read in pieces", "activations", {"prefill": 2048}),
        Assumption("twice as many tokens were in the cache", "kv_cache", {"context": 2 * setup.context}),
    )


def _training_assumptions(setup: TrainingSetup) -> tuple[Assumption, ...]:
    return (
        Assumption("the weights were loaded in fp32", "weights", {"precision": "fp32"}),
        Assumption("weights and states were all in bf16", "weights", {"precision": "bf16"}),
        Assumption("attention ran unfused and stored its scores", "activations", {"attention": "eager"}),
        Assumption("checkpointing was not in effect", "activations", {"checkpointing": False}),
        Assumption("checkpointing was on", "activations", {"checkpointing": True}),
        Assumption("the logits were kept until the backward pass", "logits", {"keeps_logits": True}),
        Assumption("the optimizer was not the 8-bit one", "optimizer", {"optimizer": "adamw"}),
        Assumption("the optimizer was fused and needed no temporary memory", "temporary", {"optimizer": "adamw_fused"}),
        Assumption("padding doubled the sequences", "activations", {"sequence": 2 * setup.sequence}),
        Assumption("the batch was twice as large", "activations", {"batch": 2 * setup.batch}),
        Assumption("every weight was trained", "gradients", {"method": "full"}),
    )


ASSUMPTIONS = {"serve": _serving_assumptions, "train": _training_assumptions}
"""What may not be as one thinks, by the job of a set-up."""
