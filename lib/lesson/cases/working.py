"""The figures of each case, computed by the domains that its pages use."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lib.alignment.preferences import cohen
from lib.lesson.scaling.laws import Point, sum_law
from lib.lesson.unsloth.cards import cards, two_ways
from lib.lesson.unsloth.claims import told
from lib.lesson.ways.costs import costs
from lib.memory import ServingSetup, TrainingSetup, architecture, estimate, gpu
from lib.memory.train.adapters import adapter_parameters
from lib.metrics.pair.rouge import rouge
from lib.training.canary.run import Exposure
from lib.units import format_gib

MODEL = "Llama-3.1-8B"
BUDGET_FLOPS = 1e21
SIZES = {"0.3 billion": 3e8, "3 billion": 3e9, "30 billion": 3e10}
CLINIC_CARD, OFFICE_CARD, SERVER_CARD = "RTX 4060 Ti 16GB", "RTX 4060", "A100 80GB SXM"
CUSTOMERS, RANK = 50, 16
FREE_CARD, TEXT_TOKENS = "Tesla T4", 2_048
CODES, AHEAD = 10_000, 10
REFERENCE = "The board did not approve the merger."
SUMMARIES = {"System A": "The board did approve the merger.", "System B": "Directors turned the merger down."}
VOTES = (("A", "A"),) * 31 + (("B", "B"),) * 31 + (("A", "B"),) * 19 + (("B", "A"),) * 19
"""Two raters of 100 pairs: 62 times the same, each choosing A 50 times."""


@dataclass(frozen=True)
class Figure:
    """One line of a worked solution."""

    what: str
    value: str
    fits: bool | None = None
    """Whether it meets the case's condition; None where it has none."""


def figures(case: str) -> tuple[Figure, ...]:
    """The figures of a case; KeyError if there is no such case."""
    return WORKED[case]()


def _budget() -> tuple[Figure, ...]:
    law = sum_law("hoffmann")
    best = law.best(BUDGET_FLOPS)
    rows = tuple(
        Figure(
            f"{name} parameters read {BUDGET_FLOPS / 6 / size / 1e9:,.0f} billion tokens",
            f"loss {law.loss(Point(size, BUDGET_FLOPS / 6 / size)):.3f}",
        )
        for name, size in SIZES.items()
    )
    optimum = f"{best.parameters / 1e9:.1f} billion parameters, {best.tokens / 1e9:,.0f} billion tokens"
    return (*rows, Figure("The law's optimum for 10²¹ FLOPs", f"{optimum}, loss {law.loss(best):.3f}"))


def _clinic() -> tuple[Figure, ...]:
    arch, card = architecture(MODEL), gpu(CLINIC_CARD)
    ways = {
        "All weights, AdamW with 32-bit master weights": ("full", "bf16_master"),
        "LoRA beside 16-bit weights": ("lora", "bf16"),
        "QLoRA beside 4-bit weights": ("qlora", "bf16"),
    }
    rows = []
    for name, (method, precision) in ways.items():
        setup = TrainingSetup(method=method, precision=precision, sequence=1_024, checkpointing=True)
        needed = estimate(arch, setup, card).total_bytes
        rows.append(Figure(f"{name}, one letter of 1,024 tokens", format_gib(needed), needed <= card.usable_bytes))
    return (*rows, Figure(f"The card: {CLINIC_CARD}", format_gib(card.usable_bytes)))


def _publisher() -> tuple[Figure, ...]:
    shown = [each for each in costs() if each.way in ("Pretraining", "Fine-tuning", "LoRA")]
    return tuple(
        Figure(
            f"{each.way}, {each.tokens:,.0f} tokens",
            f"{_short_number(each.gpu_hours)} GPU hours, ${_short_number(each.usd)}",
        )
        for each in shown
    )


def _customers() -> tuple[Figure, ...]:
    arch, card = architecture(MODEL), gpu(SERVER_CARD)
    weights = arch.parameters * 2
    adapter = adapter_parameters(arch, RANK, "all") * 2
    copies, beside = CUSTOMERS * weights, weights + CUSTOMERS * adapter
    return (
        Figure(f"{CUSTOMERS} full copies in 16 bits", format_gib(copies), copies <= card.usable_bytes),
        Figure(f"One adapter of rank {RANK} in 16 bits", format_gib(adapter)),
        Figure(f"One model and {CUSTOMERS} adapters", format_gib(beside), beside <= card.usable_bytes),
        Figure(f"The card: {SERVER_CARD}", format_gib(card.usable_bytes)),
    )


def _office() -> tuple[Figure, ...]:
    arch, card = architecture(MODEL), gpu(OFFICE_CARD)
    rows = []
    for name, precision in (("16 bits", "bf16"), ("8 bits", "int8"), ("4 bits (NF4)", "nf4")):
        needed = estimate(arch, ServingSetup(context=4_096, precision=precision), card).total_bytes
        rows.append(
            Figure(
                f"Weights in {name}, one conversation of 4,096 tokens", format_gib(needed), needed <= card.usable_bytes
            )
        )
    return (*rows, Figure(f"The card: {OFFICE_CARD}", format_gib(card.usable_bytes)))


def _bank() -> tuple[Figure, ...]:
    found = Exposure(CODES, AHEAD)
    return (
        Figure(f"Exposure at rank {AHEAD} of {CODES:,}", f"{found.bits:.1f} of at most {found.most_bits:.1f} bits"),
        Figure("Chance that a code drawn blindly has that much", f"{found.luck:.1%}"),
        Figure("What luck alone gives on average", f"{1 / math.log(2):.1f} bits"),
    )


def _newsroom() -> tuple[Figure, ...]:
    rows = []
    for name, text in SUMMARIES.items():
        measures = rouge(REFERENCE, text).measures
        rows.append(
            Figure(
                f"{name}: “{text}”",
                f"ROUGE-1 F1 {measures['rouge1'].score.f1:.2f}, ROUGE-L F1 {measures['rougeL'].score.f1:.2f}",
            )
        )
    return (Figure("The reference", f"“{REFERENCE}”"), *rows)


def _raters() -> tuple[Figure, ...]:
    found = cohen(VOTES)
    return (
        Figure(f"Pairs on which both agree, of {len(VOTES)}", f"{found.alike}"),
        Figure("Agreement expected by chance", f"{found.expected:.0%}"),
        Figure("Cohen's kappa", f"{found.kappa:.2f}"),
    )


def _evening() -> tuple[Figure, ...]:
    card = cards()[FREE_CARD]
    names = {"lora": "LoRA beside 16-bit weights", "qlora": "QLoRA beside 4-bit weights"}
    rows = tuple(
        Figure(
            f"{names[way.method]}, one text of {TEXT_TOKENS:,} tokens",
            format_gib(way.made.total_bytes),
            way.fits(card.gpu),
        )
        for way in two_ways(MODEL, card, TEXT_TOKENS, RANK)
    )
    capability = (
        f"{card.half_type} (CUDA capability {card.capability:.1f}; bf16 from {told()['cards']['bf16_from']:.1f})"
    )
    return (
        *rows,
        Figure(f"The card: {FREE_CARD}", format_gib(card.gpu.usable_bytes)),
        Figure("The 16-bit type that it computes in", capability),
    )


def _short_number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


WORKED = {
    "budget": _budget,
    "clinic": _clinic,
    "publisher": _publisher,
    "customers": _customers,
    "office": _office,
    "bank": _bank,
    "newsroom": _newsroom,
    "raters": _raters,
    "evening": _evening,
}
