"""The terms of a training estimate: each part at the fullest moment, with the arithmetic behind it."""

from __future__ import annotations

from dataclasses import replace

from lib.memory.arithmetic import Expression, Number, Sum
from lib.memory.model.architecture import Architecture
from lib.memory.model.weights import nf4_bits_per_weight, quantized_parameters
from lib.memory.moment import Moment
from lib.memory.passes.layers import layer_profile
from lib.memory.terms import Term
from lib.memory.train.adapters import adapter_parameters
from lib.memory.train.optimizer import paged_bytes, trainable_parameters
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.states import States
from lib.units import format_gib

ACTIVATION_SPREAD = 0.03  # kernels differ in what they keep (flash, memory-efficient, cuDNN): a few per cent
TEMPORARY_SPREAD = 0.10
OPTIMIZER_SOURCES = {
    "adamw_8bit": "Dettmers et al. 2022, arXiv 2110.02861",
    "paged_adamw_8bit": "Dettmers et al. 2023, arXiv 2305.14314, section 3",
    "adafactor": "Shazeer and Stern 2018, arXiv 1804.04235",
}


def peak_terms(arch: Architecture, setup: TrainingSetup, peak: Moment, states: States) -> tuple[Term, ...]:
    """The parts at moment `peak`, each with its working; their sizes add up to the moment."""
    found = [
        _weights(arch, setup, states),
        _optimizer(arch, setup, peak),
        _gradients(arch, setup, peak),
        _as_sure_as_the_layers(arch, _activations(arch, setup, peak)),
        _logits(arch, setup, peak),
        _as_sure_as_the_layers(arch, _temporary(peak)),
    ]
    gathered = peak.weights - states.weights
    return (found[0], *_gathered(gathered), *found[1:])


def _as_sure_as_the_layers(arch: Architecture, term: Term) -> Term:
    """A counted model's layers are not exactly those that the pass was played with."""
    if not arch.passes_above:
        return term
    note = " ".join(part for part in (term.note, arch.passes_note) if part)
    return replace(term, note=note, below=arch.passes_below, above=arch.passes_above)


def _temporary(peak: Moment) -> Term:
    return Term(
        "temporary",
        "Temporary",
        peak.temporary,
        source=f"the operations of “{peak.label}” played one by one",
        note="Gradients of activations, what the optimizer's step needs for a moment.",
        below=TEMPORARY_SPREAD,
        above=TEMPORARY_SPREAD,
    )


def _gathered(size_bytes: float) -> tuple[Term, ...]:
    """What GPUs exchange; nothing on one."""
    if size_bytes <= 0:
        return ()
    source = "DDP: a second copy of the gradients; DeepSpeed: buckets of 5e8 numbers, and two layers' weights"
    return (Term("gathered", "Gathered weights and buckets", size_bytes, source=source, below=0.5, above=0.5),)


def _shared_out(expression: Expression, setup: TrainingSetup, from_stage: int) -> Expression:
    """Over all GPUs, if ZeRO of this stage does that."""
    if setup.gpus > 1 and setup.zero_stage >= from_stage:
        return expression / Number(setup.gpus, "N", "GPUs")
    return expression


def _weights(arch: Architecture, setup: TrainingSetup, states: States) -> Term:
    each = Number(setup.weight_bytes, "b", "bytes each")
    if setup.method == "qlora":
        inside = quantized_parameters(arch, "nf4")
        bits = Number(nf4_bits_per_weight(setup.double_quant), "bits", "bits per quantized parameter")
        rest = Number(arch.parameters - inside, "P_rest", "the other parameters")
        working: Expression = Number(inside, "P_4", "parameters in 4 bits") * bits / 8 + rest * each
    else:
        working = Number(arch.parameters, "P", "parameters") * each
    if not setup.trains_base:
        adapters = Number(adapter_parameters(arch, setup.rank, setup.targets), "P_LoRA", "parameters of the adapters")
        working = working + adapters * Number(setup.adapter_bytes, "b_LoRA", "bytes each of those")
    working = _shared_out(working, setup, 3)
    return Term("weights", "Weights", states.weights, working, "counted from the architecture")


def _trained(arch: Architecture, setup: TrainingSetup) -> Number:
    return Number(trainable_parameters(arch, setup), "P_trained", "parameters that are trained")


def _optimizer(arch: Architecture, setup: TrainingSetup, peak: Moment) -> Term:
    trained = _trained(arch, setup)
    shares = setup.gpus if setup.zero_stage >= 1 else 1
    each = Number(peak.optimizer * shares / trained.value, "s", "bytes of state for each")
    source = OPTIMIZER_SOURCES.get(setup.optimizer, "torch.optim: states in the type of the parameter")
    working = _shared_out(trained * each, setup, 1)
    paged = paged_bytes(arch, setup)
    note = f"{format_gib(paged)} more are paged: CUDA moves them to the computer's memory as needed." if paged else ""
    return Term("optimizer", "Optimizer states", peak.optimizer, working, source, note)


def _gradients(arch: Architecture, setup: TrainingSetup, peak: Moment) -> Term:
    each = Number(setup.grad_bytes, "b", "bytes each, as the parameter")
    working = _shared_out(_trained(arch, setup) * each, setup, 2)
    note = "" if peak.gradients > 0.999 * working.value else _why_not_all(setup, peak)
    return Term("gradients", "Gradients", peak.gradients, working, "one for each trained parameter", note)


def _why_not_all(setup: TrainingSetup, peak: Moment) -> str:
    if setup.optimizer_in_backward:
        return "At the fullest moment hardly any exist: each is used and freed as soon as it is made."
    return f"At the fullest moment {'only some exist' if peak.gradients else 'none exists yet'}."


def kept_per_token(arch: Architecture, setup: TrainingSetup) -> Expression:
    """Bytes that a layer keeps of each token, as a sum over widths. Read off the layer's tape."""
    kind = arch.layer_kinds()[-1]
    profile = layer_profile(arch, kind, setup.numerics(arch), setup.batch, setup.sequence)
    widths: dict[str, tuple[float, float]] = {}
    for saved in profile.saved:
        if saved.symbol != "weights":
            item, size = widths.get(saved.symbol, (0.0, 0.0))
            widths[saved.symbol] = (item + saved.item_bytes, size + saved.size_bytes)
    return Sum(
        tuple(
            Number(item) if symbol == "1" else item * Number(size / item / setup.tokens, symbol)
            for symbol, (item, size) in widths.items()
        )
    )


def _activations(arch: Architecture, setup: TrainingSetup, peak: Moment) -> Term:
    passes = Number(arch.num_hidden_layers, "L", "layers") * Number(setup.tokens, "T", "tokens of the micro-batch")
    if setup.checkpointing:
        wide = Number(setup.numerics(arch).residual_bytes, "b", "bytes per number")
        working: Expression = passes * Number(arch.hidden_size, "h", "hidden size") * wide
        source = "Chen et al. 2016, arXiv 1604.06174: a layer's input only"
    else:
        working = passes * kept_per_token(arch, setup)
        if setup.numerics(arch).casts_weights:
            inside = sum((each.weights + each.biases) * layers for each, layers in arch.all_linears)
            working = working + Number(inside, "P_cast", "weights that autocast keeps a 16-bit copy of") * 2
        source = "read off the layer's operations; compare Korthikanti et al. 2022, arXiv 2205.05198, section 4"
    note = "" if peak.activations > 0.98 * working.value else "At the fullest moment some of them are already freed."
    return Term(
        "activations", "Activations", peak.activations, working, source, note, ACTIVATION_SPREAD, ACTIVATION_SPREAD
    )


def _logits(arch: Architecture, setup: TrainingSetup, peak: Moment) -> Term:
    if peak.logits == 0:
        return Term("logits", "Logits and loss", 0.0, note="Not there at the fullest moment.")
    entries = Number(setup.tokens, "T", "tokens") * Number(arch.vocab_size, "V", "entries of the vocabulary")
    each = Number(peak.logits / entries.value, "b", "bytes each")
    source = "log-probabilities, their gradient and the logits' gradient, each fp32: 12 bytes at most"
    return Term("logits", "Logits and loss", peak.logits, entries * each, source, below=0.02, above=0.18)
