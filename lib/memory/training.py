"""The memory of a training run: what stays, what comes and goes, and when it is the most."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lib.memory.architecture import Architecture
from lib.memory.errors import CannotEstimateError
from lib.memory.layers import layer_profile
from lib.memory.optimizer import (
    optimizer_bytes,
    state_bytes_per_parameter,
    step_temporary_bytes,
    trainable_parameters,
)
from lib.memory.overhead import overhead_term
from lib.memory.step import Moment, States, step_moments
from lib.memory.terms import Term, latex_bytes, latex_number, total
from lib.memory.training_setup import TrainingSetup, adapter_parameters
from lib.memory.weights import nf4_bits_per_weight, quantized_linears, weights_bytes

ACTIVATION_SPREAD = 0.03  # kernels differ in what they keep (flash, memory-efficient, cuDNN): a few per cent
TEMPORARY_SPREAD = 0.10
BUCKET_BYTES = 1e9  # DeepSpeed's default reduce and allgather buckets: 5e8 elements of 2 bytes each


@dataclass(frozen=True)
class TrainingEstimate:
    """A run's memory on one GPU. `terms` are the parts at the fullest moment; they add up to `total_bytes`."""

    architecture: Architecture
    setup: TrainingSetup
    states: States
    first_step: tuple[Moment, ...]
    later_step: tuple[Moment, ...]
    overhead: Term
    terms: tuple[Term, ...]

    @property
    def peak(self) -> Moment:
        """The fullest moment of any step after the first."""
        return max(self.later_step, key=lambda moment: moment.total_bytes)

    @property
    def first_peak(self) -> Moment:
        return max(self.first_step, key=lambda moment: moment.total_bytes)

    @property
    def allocated_bytes(self) -> float:
        """What `torch.cuda.max_memory_allocated` would say: the peak without the CUDA context."""
        return self.peak.total_bytes

    @property
    def total_bytes(self) -> float:
        return total(self.terms)

    @property
    def low_bytes(self) -> float:
        return sum(term.low_bytes for term in self.terms)

    @property
    def high_bytes(self) -> float:
        return sum(term.high_bytes for term in self.terms)

    def term(self, key: str) -> Term:
        return next(term for term in self.terms if term.key == key)


@lru_cache(maxsize=512)
def training(architecture: Architecture, setup: TrainingSetup, context_mib: int | None = None) -> TrainingEstimate:
    """Estimate one training run; `context_mib` is the GPU's CUDA context where it is known."""
    if setup.sequence > 4 * architecture.max_context:
        raise CannotEstimateError(
            f"sequence = {setup.sequence:,} is far beyond the {architecture.max_context:,} tokens that "
            f"{architecture.name} was made for: take at most four times that."
        )
    states = training_states(architecture, setup)
    first = step_moments(architecture, setup, states, step=1)
    later = step_moments(architecture, setup, states, step=2)
    overhead = overhead_term(context_mib, distributed=setup.gpus > 1)
    peak = max(later, key=lambda moment: moment.total_bytes)
    terms = (*_terms(architecture, setup, peak, states), overhead)
    return TrainingEstimate(architecture, setup, states, first, later, overhead, terms)


@lru_cache(maxsize=4096)
def training_bytes(architecture: Architecture, setup: TrainingSetup, context_mib: int | None = None) -> float:
    """The total of `training` alone, for questions that ask many set-ups in a row."""
    states = training_states(architecture, setup)
    peak = max(moment.total_bytes for moment in step_moments(architecture, setup, states, step=2))
    return peak + overhead_term(context_mib, distributed=setup.gpus > 1).size_bytes


def training_states(arch: Architecture, setup: TrainingSetup) -> States:
    """Bytes of weights, gradients and optimiser states on one GPU."""
    gpus, stage = setup.gpus, setup.zero_stage
    trainable = trainable_parameters(arch, setup)
    base = base_weights_bytes(arch, setup)
    adapters = 0.0 if setup.trains_base else trainable * setup.adapter_bytes
    grad = trainable * (setup.grad_bytes if setup.trains_base else setup.adapter_bytes)
    return States(
        weights=(base + adapters) / (gpus if stage == 3 else 1),
        gradients=grad / (gpus if stage >= 2 else 1),
        optimizer=optimizer_bytes(arch, setup) / (gpus if stage >= 1 else 1),
        step_temporary=step_temporary_bytes(arch, setup) / (gpus if stage >= 1 else 1),
        gathered=_gathered(arch, setup, grad),
    )


def base_weights_bytes(arch: Architecture, setup: TrainingSetup) -> float:
    if setup.method == "qlora":
        return weights_bytes(arch, "nf4" if setup.double_quant else "fp4", other_bytes=setup.weight_bytes)
    return arch.parameters * setup.weight_bytes


def _gathered(arch: Architecture, setup: TrainingSetup, grad_bytes: float) -> float:
    """Communication: DDP's buckets are a second copy of the gradients; ZeRO has buckets; stage 3 gathers layers."""
    if setup.gpus == 1:
        return 0.0
    if setup.zero_stage == 0:
        return grad_bytes
    buckets = min(BUCKET_BYTES, grad_bytes * setup.gpus) * (1 if setup.zero_stage == 1 else 2)
    if setup.zero_stage < 3:
        return buckets
    per_weight = base_weights_bytes(arch, setup) / arch.parameters
    largest = max(arch.layer_parameters(kind.with_experts) for kind in set(arch.layer_kinds()))
    return buckets + max(2 * largest, arch.embedding_parameters) * per_weight


def _terms(arch: Architecture, setup: TrainingSetup, peak: Moment, states: States) -> tuple[Term, ...]:
    gathered = peak.weights - states.weights
    found = [
        _weights(arch, setup, states),
        _optimizer(arch, setup, peak),
        _gradients(arch, setup, peak),
        _activations(arch, setup, peak),
        _logits(arch, setup, peak),
        Term(
            "temporary",
            "Temporary",
            peak.temporary,
            r"\text{gradients of activations, the optimiser's step}",
            latex_bytes(peak.temporary),
            f"the operations of “{peak.label}” played one by one",
            below=TEMPORARY_SPREAD,
            above=TEMPORARY_SPREAD,
        ),
    ]
    if gathered > 0:
        found.insert(
            1,
            Term(
                "gathered",
                "Gathered weights and buckets",
                gathered,
                r"\text{buckets} + \text{two layers}",
                latex_bytes(gathered),
                "DDP: a second copy of the gradients; DeepSpeed: buckets of 5e8 numbers",
                below=0.5,
                above=0.5,
            ),
        )
    return tuple(found)


def _share(setup: TrainingSetup, from_stage: int) -> tuple[str, str]:
    if setup.gpus > 1 and setup.zero_stage >= from_stage:
        return r"\;/\;N", rf" / {setup.gpus}"
    return "", ""


def _weights(arch: Architecture, setup: TrainingSetup, states: States) -> Term:
    symbol, number = _share(setup, 3)
    adapters = 0 if setup.trains_base else adapter_parameters(arch, setup.rank, setup.targets)
    if setup.method == "qlora":
        inside = sum(matrix.weights * n for matrix, n in quantized_linears(arch))
        bits = nf4_bits_per_weight(setup.double_quant)
        formula = rf"P_4 \times \tfrac{{{bits:.3f}}}{{8}} + P_\text{{rest}} \times 4"
        values = (
            rf"{latex_number(inside)} \times \tfrac{{{bits:.3f}}}{{8}} + "
            rf"{latex_number(arch.parameters - inside)} \times 4"
        )
    else:
        formula = rf"P \times {setup.weight_bytes:g}"
        values = rf"{latex_number(arch.parameters)} \times {setup.weight_bytes:g}"
    if adapters:
        formula += rf" + P_\text{{LoRA}} \times {setup.adapter_bytes:g}"
        values += rf" + {latex_number(adapters)} \times {setup.adapter_bytes:g}"
    if number:
        formula, values = rf"({formula}){symbol}", rf"({values}){number}"
    return Term(
        "weights",
        "Weights",
        states.weights,
        formula,
        values + " = " + latex_bytes(states.weights),
        "counted from the architecture",
    )


def _optimizer(arch: Architecture, setup: TrainingSetup, peak: Moment) -> Term:
    symbol, number = _share(setup, 1)
    trainable = trainable_parameters(arch, setup)
    each = peak.optimizer * (setup.gpus if number else 1) / trainable
    nominal = state_bytes_per_parameter(setup)
    rounding = abs(each - nominal) < 1e-9
    return Term(
        "optimizer",
        "Optimiser states",
        peak.optimizer,
        rf"P_\text{{trained}} \times {nominal:g}{symbol}"
        if rounding
        else rf"P_\text{{trained}} \times {each:.4g}{symbol}",
        rf"{latex_number(trainable)} \times {each:.5g}{number} = " + latex_bytes(peak.optimizer),
        {"adamw_8bit": "Dettmers et al. 2022, arXiv 2110.02861", "adafactor": "Shazeer and Stern 2018"}.get(
            setup.optimizer, "torch.optim: states in the type of the parameter"
        ),
    )


def _gradients(arch: Architecture, setup: TrainingSetup, peak: Moment) -> Term:
    symbol, number = _share(setup, 2)
    trainable = trainable_parameters(arch, setup)
    size = setup.grad_bytes if setup.trains_base else setup.adapter_bytes
    full = trainable * size / (setup.gpus if number else 1)
    note = (
        ""
        if peak.gradients > 0.999 * full
        else (f"All gradients together would be {full / 1e9:,.2f} GB; at the fullest moment only some exist.")
    )
    return Term(
        "gradients",
        "Gradients",
        peak.gradients,
        rf"P_\text{{trained}} \times {size:g}{symbol}",
        rf"{latex_number(trainable)} \times {size:g}{number} = {latex_bytes(full)}",
        "one gradient for each trained parameter, in its type",
        note,
    )


def activation_formula(arch: Architecture, setup: TrainingSetup) -> tuple[str, float]:
    """What a layer keeps, bytes a token, as a sum over symbols: (LaTeX, bytes). Read off the layer's tape."""
    kind = arch.layer_kinds()[-1]
    profile = layer_profile(arch, kind, setup.numerics(arch), setup.batch, setup.sequence)
    factors: dict[str, float] = {}
    for saved in profile.saved:
        if saved.symbol != "weights":
            factors[saved.symbol] = factors.get(saved.symbol, 0.0) + saved.item_bytes
    parts = [
        f"{factor:g}" if symbol == "1" else rf"{factor:g}{_latex_symbol(symbol)}" for symbol, factor in factors.items()
    ]
    weights = sum(saved.size_bytes for saved in profile.saved if saved.symbol == "weights")
    return " + ".join(parts), (profile.saved_bytes - weights) / setup.tokens


def _latex_symbol(symbol: str) -> str:
    return {
        "a·s": "as",
        "K·h": "Kh",
        "K·e": "Ke",
        "a·v": "av",
        "a·(s+1)": "a(s{+}1)",
        "a·(n+v)": "a(n{+}v)",
        "c+r": "(c{+}r)",
        "cq": "c_q",
        "qkv": "(q{+}2k)",
        "shared": r"e_\text{shared}",
    }.get(symbol, symbol)


def _activations(arch: Architecture, setup: TrainingSetup, peak: Moment) -> Term:
    if setup.checkpointing:
        wide = setup.numerics(arch).residual_bytes
        kept = setup.tokens * arch.layers * arch.hidden * wide
        formula, source = rf"L \times T \times {wide:g}h", "Chen et al. 2016, arXiv 1604.06174: a layer's input only"
        values = rf"{arch.layers} \times {latex_number(setup.tokens)} \times {latex_number(wide * arch.hidden)}"
    else:
        inside, per_token = activation_formula(arch, setup)
        kept = per_token * setup.tokens * arch.layers
        formula, values = (
            rf"L \times T \times ({inside})",
            rf"{arch.layers} \times {latex_number(setup.tokens)} \times {latex_number(per_token)}",
        )
        source = "read off the layer's operations; compare Korthikanti et al. 2022, arXiv 2205.05198, section 4"
    note = "" if peak.activations > 0.98 * kept else "At the fullest moment some of them are already freed."
    return Term(
        "activations",
        "Activations",
        peak.activations,
        formula,
        values + " = " + latex_bytes(kept),
        source,
        note,
        ACTIVATION_SPREAD,
        ACTIVATION_SPREAD,
    )


def _logits(arch: Architecture, setup: TrainingSetup, peak: Moment) -> Term:
    per_entry = peak.logits / setup.tokens / arch.vocab
    return Term(
        "logits",
        "Logits and loss",
        peak.logits,
        r"T \times V \times 12",
        rf"{latex_number(setup.tokens)} \times {latex_number(arch.vocab)} \times {per_entry:.3g} = "
        + latex_bytes(peak.logits),
        "log-probabilities, their gradient and the logits' gradient, each fp32",
        "Not there at the fullest moment." if peak.logits == 0 else "",
        0.0 if peak.logits == 0 else 0.02,
        0.0 if peak.logits == 0 else 0.18,
    )
