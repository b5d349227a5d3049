"""The memory of a training run: what stays, what comes and goes, and when it is the most."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.moment import Moment
from lib.memory.overhead import overhead_term
from lib.memory.passes.layers import head_profile
from lib.memory.rules_of_thumb import TRAIN_BYTES, TrainingRule
from lib.memory.terms import MadeOfTerms, Term
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.states import States, training_states
from lib.memory.train.step import step_moments
from lib.memory.train.terms import peak_terms
from lib.units import format_gib

MOVING = ("activations", "logits", "temporary")
LASTING = ("weights", "optimizer", "gradients", "gathered")
"""What follows batch and sequence, and what follows the parameters: keys of terms."""


@dataclass(frozen=True)
class PartBesideRule:
    """Bytes a parameter: the lecture's rule, and this set-up."""

    part: str
    rule_bytes: float
    here_bytes: float


@dataclass(frozen=True)
class TrainingEstimate(MadeOfTerms):
    """A run's memory on one GPU. `terms` are the parts at the fullest moment."""

    architecture: Architecture
    setup: TrainingSetup
    states: States
    overhead: Term

    @cached_property
    def first_step(self) -> tuple[Moment, ...]:
        return step_moments(self.architecture, self.setup, self.states, step=1)

    @cached_property
    def later_step(self) -> tuple[Moment, ...]:
        return step_moments(self.architecture, self.setup, self.states, step=2)

    @property
    def runs(self) -> dict[str, tuple[Moment, ...]]:
        """What is in memory over time."""
        return {"step 1": self.first_step, "step 2": self.later_step}

    @cached_property
    def fullest(self) -> Moment:
        """The fullest moment of any step after the first."""
        return max(self.later_step, key=lambda moment: moment.allocated_bytes)

    @cached_property
    def fullest_of_first(self) -> Moment:
        return max(self.first_step, key=lambda moment: moment.allocated_bytes)

    @property
    def kept_for_backward_bytes(self) -> float:
        """What autograd keeps of the forward pass when the backward pass begins: activations, and the loss's own."""
        loss = next(each for each in self.first_step if each.phase == "loss")
        head = head_profile(self.architecture, self.setup.numerics(self.architecture), self.setup.tokens)
        return loss.activations + head.saved_bytes

    @property
    def second_step_extra_bytes(self) -> float:
        """How much more than the first step any later one takes."""
        return self.fullest.allocated_bytes - self.fullest_of_first.allocated_bytes

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        return (*peak_terms(self.architecture, self.setup, self.fullest, self.states), self.overhead)

    @property
    def total_bytes(self) -> float:
        """Without working out the terms, for questions that ask many set-ups in a row."""
        return self.fullest.allocated_bytes + self.overhead.size_bytes

    @property
    def allocated_bytes(self) -> float:
        return self.fullest.allocated_bytes

    @property
    def rule(self) -> TrainingRule:
        """What the lecture's rule of thumb says of the same model."""
        return TrainingRule(self.architecture.parameters)

    @property
    def second_step_is_fuller(self) -> bool:
        """By more than a hundredth."""
        return self.second_step_extra_bytes > 0.01 * self.fullest_of_first.allocated_bytes

    @property
    def beside_rule(self) -> tuple[PartBesideRule, ...]:
        """The rule's 24 bytes, part by part, beside what this set-up takes at its fullest moment."""
        parts = (
            ("Weights", TRAIN_BYTES["weights"], ("weights", "gathered")),
            ("Optimizer states", TRAIN_BYTES["Adam's two states"], ("optimizer",)),
            ("Gradients at the fullest moment", TRAIN_BYTES["gradients"], ("gradients",)),
            ("Activations, logits, temporary", TRAIN_BYTES["activations (a placeholder)"], MOVING),
        )
        beside = [PartBesideRule(part, rule, self.bytes_per_parameter(*keys)) for part, rule, keys in parts]
        whole = PartBesideRule("All", sum(each.rule_bytes for each in beside), sum(each.here_bytes for each in beside))
        return (*beside, whole)

    def bytes_per_parameter(self, *keys: str) -> float:
        """Of the terms with these keys, on all GPUs together, for each parameter of the model."""
        return self.size_of(*keys) * self.setup.gpus / self.architecture.parameters


@lru_cache(maxsize=384)  # 18 kB each
def training(arch: Architecture, setup: TrainingSetup, context_mib: int | None = None) -> TrainingEstimate:
    """Estimate one training run; `context_mib` is the GPU's CUDA context where it is known."""
    if setup.sequence > arch.max_position_embeddings:
        raise CannotEstimateError(
            f"sequence = {setup.sequence:,} is more than the {arch.max_position_embeddings:,} positions of "
            f"{arch.name}: take shorter sequences, or a model made for longer ones."
        )
    if not setup.trains_base:
        _check_rank(arch, setup)
    states = training_states(arch, setup)
    if arch.no_training_because:
        lasting = states.weights + states.gradients + states.optimizer
        raise CannotEstimateError(
            f"Training memory of {arch.name} is not offered: {arch.no_training_because}. Its weights, gradients and "
            f"optimiser states alone take {format_gib(lasting)} with these settings."
        )
    return TrainingEstimate(arch, setup, states, overhead_term(context_mib, distributed=setup.gpus > 1))


def _check_rank(arch: Architecture, setup: TrainingSetup) -> None:
    """Refuse a rank that no matrix of the layers has."""
    names = setup.numerics(arch).adapter_targets
    found = [each for each, _ in arch.all_linears if each.name in names]
    most = max((min(each.inputs, each.outputs) for each in found), default=setup.rank)
    if setup.rank > most:
        raise CannotEstimateError(
            f"rank = {setup.rank:,} is more than the {most:,} that an update of any of the chosen matrices of "
            f"{arch.name} can have: take a rank up to that."
        )
