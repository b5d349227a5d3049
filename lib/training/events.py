"""What a run tells while it goes. No torch: pages read these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lib.training.forgetting.known import Known
from lib.training.inside.update import Place, Update
from lib.training.out.card import RunCard
from lib.training.texts.prompts import Completion


@dataclass(frozen=True)
class Started:
    """The model is loaded and its adapter in place."""

    trainable: int
    """Parameters that are trained: those of the adapter."""
    total: int
    """Parameters of the model with its adapter."""
    training_texts: int
    held_out_texts: int
    guessing_loss: float
    """Loss of giving every token of the vocabulary the same probability: ln V."""
    device: str
    first_step: int
    """Steps already done, when a run goes on from a checkpoint."""


@dataclass(frozen=True)
class Before:
    """What the base model says, before any step."""

    completions: tuple[Completion, ...]


@dataclass(frozen=True)
class Asked:
    """What the model says to the prompts after `step` updates."""

    step: int
    completions: tuple[Completion, ...]


@dataclass(frozen=True)
class Step:
    """One update, as it is told when it is done."""

    step: int
    loss: float
    """Mean negative log-likelihood in nats per token, of this batch before its update."""
    grad_norm: float
    """Length of the gradient of all trained parameters, before it is clipped."""
    tokens: int
    seconds: float
    """Of this step alone."""
    elapsed_s: float
    """Since the first step began, with whatever was measured and asked in between."""
    memory_bytes: int
    """What the device has given out; on a processor, what the worker process holds."""

    @property
    def tokens_per_s(self) -> float:
        return self.tokens / self.seconds


@dataclass(frozen=True)
class HeldOut:
    """Loss on texts that training never sees, after `step` updates."""

    step: int
    loss: float


@dataclass(frozen=True, eq=False)
class Watched:
    """The update of one matrix after `step` updates."""

    step: int
    place: Place
    update: Update


@dataclass(frozen=True)
class Checkpoint:
    """Enough to go on: adapter and optimiser, as the bytes of a torch file."""

    keep_only_newest: ClassVar[bool] = True
    step: int
    state: bytes


@dataclass(frozen=True)
class Finished:
    """What the model says with its adapter."""

    step: int
    completions: tuple[Completion, ...]
    seconds: float
    adapter: bytes
    """The adapter as a zip of peft's own files (adapter_config.json, adapter_model.safetensors). A bottleneck adapter
    has files of those names, full fine-tuning those of a whole model; empty where nothing is trained, or too much."""
    card: RunCard
    """What the run was made of, and whether the base stayed as it was."""


@dataclass(frozen=True)
class Cost:
    """What a run took, measured here and now: bytes of all tensors of a kind."""

    kept_in: str
    """What those weights of the base are held in that are not quantized: "fp32", "bf16" or "fp16"."""
    trainable: int
    """Parameters, counted."""
    weights_bytes: int
    """Of the model with what was put on it, the state of quantized weights included."""
    gradients_bytes: int
    """Of the first step's gradients."""
    optimizer_bytes: int
    """Of AdamW's two moments."""
    files_bytes: int
    """Of what has to be kept on disk to use the result: the adapter, or the whole model."""
    seconds: float
    """From the loaded model to the end of training, evaluations on the way included."""


@dataclass(frozen=True)
class Forgotten:
    """What the base model alone knew, and what the model knows now."""

    base_loss: float
    """Held-out loss of the base model alone."""
    before: Known
    after: Known

    @property
    def forgot_nats(self) -> float:
        """Nats per token that the book has become less likely, against the base model."""
        return self.after.book_loss - self.before.book_loss


Event = Started | Before | Step | HeldOut | Asked | Watched | Checkpoint | Cost | Forgotten | Finished
