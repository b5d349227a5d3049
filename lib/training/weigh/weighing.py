"""A set-up to weigh: what the memory calculator says of it, and what was measured. No torch: pages read these."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from lib.memory.model.architecture import Architecture
from lib.memory.model.config_json import from_text
from lib.memory.train.adapters import adapter_parameters
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.states import states_of_parts, training_states
from lib.memory.train.training import training
from lib.models import catalogue
from lib.training.comparing.calculated import STORED_AS
from lib.training.duration import slower_in_bf16
from lib.training.errors import TrainingError
from lib.units import format_gb

LARGEST_BYTES = 1_500_000_000
"""What one step may keep, by the calculator: the machine is shared."""


@dataclass(frozen=True)
class Parts:
    """Bytes of tensors in one training step."""

    kept_bytes: float
    """What autograd keeps of the forward pass for the backward pass: activations, logits, masks."""
    weights_bytes: float
    gradients_bytes: float
    optimizer_bytes: float
    """AdamW's two moments."""

    @property
    def total_bytes(self) -> float:
        return self.kept_bytes + self.weights_bytes + self.gradients_bytes + self.optimizer_bytes


@dataclass(frozen=True)
class Weighing:
    """A model and a set-up on one device; raises TrainingError or CannotEstimateError if it cannot be run."""

    model: str
    setup: TrainingSetup
    """Its `padded` means here that the step reads several texts one after another in one row, which need a mask too."""
    held_in: str = "fp32"
    """What the frozen base is loaded in: "fp32", "bf16", "int8" or "nf4-double"."""

    def __post_init__(self) -> None:
        for name, setup in self.variants().items():
            kept = calculated(self.architecture, setup, self.held_in).kept_bytes
            if kept > LARGEST_BYTES:
                what = "This step" if name == HERE else f"The step beside it with {name}"
                raise TrainingError(
                    f"{what} would keep {format_gb(kept)} for the backward pass; up to {format_gb(LARGEST_BYTES)} are "
                    "measured here: take fewer texts or shorter ones"
                )

    @cached_property
    def architecture(self) -> Architecture:
        folder = catalogue.find(self.model)
        return from_text((folder / "config.json").read_text(encoding="utf-8"), name=self.model)

    @property
    def expected_s(self) -> float:
        """Seconds on two CPU cores, with loading."""
        slower = slower_in_bf16() if self.setup.precision != "fp32" else 1.0
        return slower * (80.0 if catalogue.catalogue()[self.model].wide else 6.0)

    def variants(self) -> dict[str, TrainingSetup]:
        """The set-up, and each that differs from it in one thing, by what differs."""
        setup, found = self.setup, {HERE: self.setup}
        if setup.batch > 1:
            found["half the batch"] = setup.with_(batch=setup.batch // 2)
        found["half the tokens" if setup.padded else "half the length"] = setup.with_(sequence=setup.sequence // 2)
        checkpointing = "no checkpointing" if setup.checkpointing else "checkpointing"
        found[checkpointing] = setup.with_(checkpointing=not setup.checkpointing)
        if setup.trains_base:
            found["LoRA on all layers"] = setup.with_(method="lora", targets="all")
            return found
        if setup.targets == "all":
            found["LoRA on q and v only"] = setup.with_(targets="qv")
        else:
            found["LoRA on all layers"] = setup.with_(targets="all")
        if self.held_in == "fp32":  # weights that are trained are not rounded
            found["every weight trained"] = setup.with_(method="full", adapter_dropout=False)
        return found


HERE = "your set-up"


def calculated(arch: Architecture, setup: TrainingSetup, held_in: str = "fp32") -> Parts:
    """What the memory calculator says of it, its frozen base held in `held_in`."""
    counted = arch
    if setup.padded and setup.sequence > arch.max_position_embeddings:
        # Texts that follow each other in one row each begin at position 0: the row may be longer than any of them.
        counted = replace(arch, max_position_embeddings=setup.sequence)
    kept = training(counted, setup).kept_for_backward_bytes
    states = training_states(arch, setup)
    if held_in in STORED_AS:
        trained = adapter_parameters(arch, setup.rank, setup.targets)
        states = states_of_parts(arch, STORED_AS[held_in], setup.weight_bytes, trained)
    return Parts(kept, states.weights, states.gradients, states.optimizer)


@dataclass(frozen=True)
class Weighed:
    """One set-up, measured."""

    name: str
    setup: TrainingSetup
    measured: Parts
    seconds: float
    held_in: str = "fp32"


@dataclass(frozen=True)
class Comparison:
    """One set-up, measured and calculated."""

    name: str
    setup: TrainingSetup
    measured: Parts
    calculated: Parts

    @property
    def error(self) -> float:
        """Of what the calculator says is kept, as a share of what was measured."""
        return self.calculated.kept_bytes / self.measured.kept_bytes - 1

    def saves(self, other: Comparison) -> float:
        """What share of `other`'s kept bytes this one does without; below 0, it keeps more."""
        return 1 - self.measured.kept_bytes / other.measured.kept_bytes


def compared(arch: Architecture, weighed: Weighed) -> Comparison:
    by_formula = calculated(arch, weighed.setup, weighed.held_in)
    return Comparison(weighed.name, weighed.setup, weighed.measured, by_formula)
