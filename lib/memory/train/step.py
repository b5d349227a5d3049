"""One training step, moment by moment: what is in memory, and when it is the most.

The peak of a step is the maximum over its moments, not the sum of each part's own maximum: activations are highest
when the loss is computed, gradients when the backward pass ends, the optimizer's temporary memory after that. The
second step holds optimizer states from its beginning, which the first makes only at its end.
"""

from __future__ import annotations

from collections.abc import Iterator

from lib.memory.model.architecture import Architecture
from lib.memory.model.parts import LayerKind
from lib.memory.moment import Moment
from lib.memory.passes.layers import head_profile, layer_profile
from lib.memory.passes.numerics import HALF
from lib.memory.passes.tape import Profile
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.states import States

CHUNK_TOKENS = 1_024  # a chunked cross-entropy (Liger, cut-cross-entropy) computes the loss this many tokens at a time


def step_moments(arch: Architecture, setup: TrainingSetup, states: States, step: int) -> tuple[Moment, ...]:
    """The moments of the first step or a later one (`step` 1 or 2)."""
    return tuple(_Walk(arch, setup, states, step).moments())


class _Walk:
    """Walks through a step, keeping count."""

    def __init__(self, arch: Architecture, setup: TrainingSetup, states: States, step: int) -> None:
        self.arch, self.setup, self.states = arch, setup, states
        accumulating = setup.accumulation > 1  # the last micro-batch: gradients are there already
        self.numerics = setup.numerics(arch, fresh_grads=not accumulating)
        self.optimizer = states.optimizer if step > 1 else 0.0
        self.gradients = states.gradients if accumulating else 0.0
        self.grad_scale = 0.0 if accumulating or setup.optimizer_in_backward else self._grad_scale()
        self.activations = 0.0
        self.kinds = arch.layer_kinds()
        self.profiles = self._profiles()
        self.residual = setup.tokens * arch.hidden_size * self.numerics.residual_bytes
        self.label_prefix = "" if not accumulating else "last micro-batch: "

    def _grad_scale(self) -> float:
        """Share of the gradients this GPU keeps: ZeRO 2 and 3 pass the rest on as they are made."""
        return 1 / self.setup.gpus if self.setup.zero_stage >= 2 else 1.0

    def at(self, label: str, phase: str, **more: float) -> Moment:
        parts = {
            "weights": self.states.weights + self.states.gathered * (phase not in ("start", "optimizer")),
            "optimizer": self.optimizer,
            "gradients": self.gradients,
            "activations": self.activations,
        }
        for part, size in more.items():
            parts[part] = parts.get(part, 0.0) + size
        return Moment(self.label_prefix + label if phase != "start" else label, phase, **parts)

    def _profiles(self) -> list[Profile]:
        """A layer each. Those of one kind are alike, but for the first, whose input may need no gradient."""
        setup = self.setup
        first_needs_grad = setup.trains_base or setup.checkpointing or setup.method == "qlora"
        found: dict[tuple[LayerKind, bool], Profile] = {}
        for key in dict.fromkeys((kind, index > 0 or first_needs_grad) for index, kind in enumerate(self.kinds)):
            found[key] = layer_profile(self.arch, key[0], self.numerics, setup.batch, setup.sequence, key[1])
        return [found[kind, index > 0 or first_needs_grad] for index, kind in enumerate(self.kinds)]

    def stored(self, profile: Profile) -> float:
        """What one layer leaves behind on the GPU after its forward pass."""
        if self.setup.offloaded_inputs:
            return 0.0
        return self.residual if self.setup.checkpointing else profile.saved_bytes

    def moments(self) -> Iterator[Moment]:
        yield self.at("before", "start")
        yield from self.forward()
        yield from self.loss()
        yield from self.backward()
        yield from self.embedding()
        if not self.setup.optimizer_in_backward:
            yield self.at(
                "optimizer step",
                "optimizer",
                optimizer=self.states.optimizer - self.optimizer,
                temporary=self.states.step_temporary,
            )
        self.optimizer, self.gradients = self.states.optimizer, 0.0
        yield self.at("after, gradients freed", "optimizer")

    def forward(self) -> Iterator[Moment]:
        marks = {round(len(self.kinds) * part / 4) - 1: part for part in (1, 2, 3, 4)}
        for index in range(len(self.kinds)):
            profile = self.profiles[index]
            running = profile.forward_peak_bytes - (0 if self.setup.checkpointing else profile.saved_bytes)
            if index in marks:
                self.activations += self.stored(profile)
                yield self.at(f"forward, layer {index + 1}", "forward", temporary=max(0.0, running))
            else:
                self.activations += self.stored(profile)

    def loss(self) -> Iterator[Moment]:
        tokens = min(self.setup.tokens, CHUNK_TOKENS) if self.setup.chunked_loss else self.setup.tokens
        head = head_profile(self.arch, self.numerics, tokens)
        copies = self._checkpointed_copies()
        held = tokens * self.arch.vocab_size * self.numerics.compute_bytes if self.setup.keeps_logits else 0.0
        weight_grad = head.weight_grad_bytes
        yield self.at("loss", "loss", logits=head.forward_peak_bytes + held, temporary=copies)
        own = head.peak_weight_grad_bytes
        yield self.at(
            "loss, backward",
            "loss",
            logits=head.backward_peak_bytes - own + held,
            gradients=own * self.grad_scale,
            temporary=own * (1 - self.grad_scale) if self.grad_scale else own,
        )
        if self.setup.trains_base:
            self.gradients += weight_grad * self.grad_scale
        self.held = held
        if not self.setup.optimizer_in_backward:
            return
        if self.arch.tie_word_embeddings:
            self.gradients += self._embedding_gradient()  # autograd waits for the embedding's before it is used
        else:
            self._step(self.arch.head_parameters)
            stepping = self._embedding_gradient() + self.states.step_temporary
            yield self.at("loss, the output matrix is stepped", "loss", temporary=stepping + self.residual)

    def _checkpointed_copies(self) -> float:
        """Autocast's copies live until its context ends, though checkpointing keeps nothing else of a layer."""
        if not (self.setup.checkpointing and self.numerics.casts_weights and self.setup.trains_base):
            return 0.0
        inside = sum((each.weights + each.biases) * layers for each, layers in self.arch.all_linears)
        return inside * HALF

    def backward(self) -> Iterator[Moment]:
        marks = {len(self.kinds) - 1, len(self.kinds) // 2, 0}
        best: Moment | None = None
        for index in range(len(self.kinds) - 1, -1, -1):
            moment = self._layer_backward(index)
            if best is None or moment.allocated_bytes > best.allocated_bytes:
                best = moment
            if index in marks:
                yield best
                best = None

    def _layer_backward(self, index: int) -> Moment:
        """The highest point of one layer's backward pass, its recomputation included."""
        profile = self.profiles[index]
        before = self.activations - self.stored(profile)
        peak = profile.backward_peak_bytes
        if self.setup.checkpointing:
            source = self.residual
            peak = max(peak, profile.forward_peak_bytes + source) + (0.0 if profile.keeps_source else source)
        lasting = profile.saved_bytes if not self.setup.checkpointing else self.residual
        own = profile.peak_weight_grad_bytes * self.grad_scale
        moment = self.at(
            f"backward, layer {index + 1}",
            "backward",
            activations=before - self.activations + min(lasting, peak),
            gradients=own,
            temporary=max(0.0, peak - lasting) - own + self.held,
        )
        self.activations = before
        self.gradients += profile.weight_grad_bytes * self.grad_scale
        if self.setup.optimizer_in_backward:
            self._step(self.arch.layer_parameters(self.kinds[index].with_experts))
        return moment

    def _step(self, parameters: int) -> None:
        """The optimizer's states of so many parameters are made, unless an earlier step has made them."""
        made = self.states.optimizer * parameters / self.arch.parameters
        self.optimizer = min(self.states.optimizer, self.optimizer + made)

    def _embedding_gradient(self) -> float:
        return self.arch.embedding_parameters * self.numerics.grad_bytes

    def embedding(self) -> Iterator[Moment]:
        """The embedding's gradient is dense; a tied one is added to the output matrix's."""
        if not self.setup.trains_base:
            return
        size = self._embedding_gradient() + self.arch.position_parameters * self.numerics.grad_bytes
        if self.setup.optimizer_in_backward:
            yield from self._embedding_stepped(size)
            return
        yield self.at("backward, embedding", "backward", temporary=size + self.residual)
        if not self.arch.tie_word_embeddings and self.grad_scale:
            self.gradients += size * self.grad_scale
        if self.grad_scale:
            self.gradients = self.states.gradients

    def _embedding_stepped(self, size: float) -> Iterator[Moment]:
        """A tied gradient is added to the output matrix's in a third tensor; then the optimizer uses it up."""
        added = self._embedding_gradient() if self.arch.tie_word_embeddings else 0.0
        yield self.at("backward, embedding", "backward", temporary=size + self.residual + added)
        self.gradients, self.optimizer = 0.0, self.states.optimizer
        yield self.at("backward, the embedding is stepped", "backward", temporary=size + self.states.step_temporary)
