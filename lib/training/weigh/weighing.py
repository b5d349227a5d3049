"""A set-up to weigh: what the memory calculator says of it, and what was measured. No torch: pages read these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lib.memory.model.architecture import Architecture
from lib.memory.model.config_json import from_text
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.training import training
from lib.models import catalogue
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
    """A model and a set-up in fp32 on one device; raises TrainingError or CannotEstimateError if it cannot be run."""

    model: str
    setup: TrainingSetup

    def __post_init__(self) -> None:
        for name, setup in self.variants().items():
            kept = calculated(self.architecture, setup).kept_bytes
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
        return 80.0 if catalogue.catalogue()[self.model].wide else 6.0

    def variants(self) -> dict[str, TrainingSetup]:
        """The set-up, and each that differs from it in one thing, by what differs."""
        setup, found = self.setup, {HERE: self.setup}
        if setup.batch > 1:
            found["half the batch"] = setup.with_(batch=setup.batch // 2)
        found["half the length"] = setup.with_(sequence=setup.sequence // 2)
        checkpointing = "no checkpointing" if setup.checkpointing else "checkpointing"
        found[checkpointing] = setup.with_(checkpointing=not setup.checkpointing)
        if setup.trains_base:
            found["LoRA on all layers"] = setup.with_(method="lora", targets="all")
            return found
        if setup.targets == "all":
            found["LoRA on q and v only"] = setup.with_(targets="qv")
        else:
            found["LoRA on all layers"] = setup.with_(targets="all")
        found["every weight trained"] = setup.with_(method="full", adapter_dropout=False)
        return found


HERE = "your set-up"


def calculated(arch: Architecture, setup: TrainingSetup) -> Parts:
    """What the memory calculator says of it."""
    estimate = training(arch, setup)
    states = estimate.states
    return Parts(estimate.kept_for_backward_bytes, states.weights, states.gradients, states.optimizer)


@dataclass(frozen=True)
class Weighed:
    """One set-up, measured."""

    name: str
    setup: TrainingSetup
    measured: Parts
    seconds: float


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
    return Comparison(weighed.name, weighed.setup, weighed.measured, calculated(arch, weighed.setup))
