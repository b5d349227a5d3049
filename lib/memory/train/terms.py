"""The terms of a training estimate: each part at the fullest moment, with the arithmetic behind it."""

from __future__ import annotations

from lib.memory.model.architecture import Architecture
from lib.memory.model.weights import nf4_bits_per_weight, quantized_linears
from lib.memory.passes.layers import layer_profile
from lib.memory.terms import Term, latex_bytes, latex_number
from lib.memory.train.optimizer import state_bytes_per_parameter, trainable_parameters
from lib.memory.train.setup import TrainingSetup, adapter_parameters
from lib.memory.train.step import Moment, States

ACTIVATION_SPREAD = 0.03  # kernels differ in what they keep (flash, memory-efficient, cuDNN): a few per cent
TEMPORARY_SPREAD = 0.10


def peak_terms(arch: Architecture, setup: TrainingSetup, peak: Moment, states: States) -> tuple[Term, ...]:
    """The parts at moment `peak`, each with its formula; they add up to the moment."""
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
        else (
            f"All gradients together would be {full / 1e9:,.2f} GB; at the fullest moment "
            + ("only some exist." if peak.gradients else "none exists yet.")
        )
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
        kept = setup.tokens * arch.num_hidden_layers * arch.hidden_size * wide
        formula, source = rf"L \times T \times {wide:g}h", "Chen et al. 2016, arXiv 1604.06174: a layer's input only"
        stream = latex_number(wide * arch.hidden_size)
        values = rf"{arch.num_hidden_layers} \times {latex_number(setup.tokens)} \times {stream}"
    else:
        inside, per_token = activation_formula(arch, setup)
        copies = _weight_copies(arch, setup)
        kept = per_token * setup.tokens * arch.num_hidden_layers + copies
        formula, values = (
            rf"L \times T \times ({inside})",
            rf"{arch.num_hidden_layers} \times {latex_number(setup.tokens)} \times {latex_number(per_token)}",
        )
        if copies:
            formula, values = (
                formula + r" + P_\text{cast} \times 2",
                values + f" + {latex_number(copies / 2)} \\times 2",
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


def _weight_copies(arch: Architecture, setup: TrainingSetup) -> float:
    """Autocast's 16-bit copies of fp32 weights inside the layers, kept with the activations."""
    if not setup.numerics(arch).casts_weights:
        return 0.0
    return sum((each.weights + each.biases) * layers for each, layers in arch.all_linears) * 2.0


def _logits(arch: Architecture, setup: TrainingSetup, peak: Moment) -> Term:
    per_entry = peak.logits / setup.tokens / arch.vocab_size
    return Term(
        "logits",
        "Logits and loss",
        peak.logits,
        r"T \times V \times 12",
        rf"{latex_number(setup.tokens)} \times {latex_number(arch.vocab_size)} \times {per_entry:.3g} = "
        + latex_bytes(peak.logits),
        "log-probabilities, their gradient and the logits' gradient, each fp32",
        "Not there at the fullest moment." if peak.logits == 0 else "",
        0.0 if peak.logits == 0 else 0.02,
        0.0 if peak.logits == 0 else 0.18,
    )
