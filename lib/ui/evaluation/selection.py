"""Choosing a model on the page: conditions, weights, the ranking, and what would flip it."""

from __future__ import annotations

import streamlit as st

from lib.charts.evaluation import selection as charts
from lib.evaluation.open_models import FACTORS, Conditions, choices, models_note, open_models
from lib.evaluation.selection import MAX_WEIGHT, Flip, Ranked, flips, rank
from lib.memory.gpus import gpu, gpus
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape

BITS = {"16": "16 bits", "8": "8 bits", "4": "4 bits"}
LICENCES = {"any": "any licence", "commercial": "commercial use allowed", "open": "open source (Apache-2.0, MIT)"}
NEEDED_FREEDOM = {"any": 0.0, "commercial": 0.5, "open": 1.0}
CONTEXTS = [2_048, 4_096, 8_192, 32_768, 65_536, 131_072]
GPU_COUNTS = [1, 2, 3, 4, 8, 16, 32]
FIRST_GPU = "H100 SXM 80GB"
DEFAULT_WEIGHTS = {"mmlu": 5.0, "data": 1.0, "human": 5.0, "latency": 3.0, "cost": 4.0, "context": 2.0, "licence": 3.0}
LABELS = {factor.key: factor.label for factor in FACTORS}


def choose_conditions() -> Conditions:
    """What must hold before anything is weighed."""
    one, two, three = st.columns(3)
    with one:
        card = gpu(controls.select("GPU", list(gpus()), FIRST_GPU, key="gpu"))
        bits = int(controls.segmented("Weights in", BITS, "16", key="bits"))
    with two:
        most = controls.pick("At most this many GPUs", GPU_COUNTS, 4, key="cards")
        least = controls.pick(
            "Context of at least (tokens)", CONTEXTS, 4_096, key="least", format_func=lambda n: f"{n:,}"
        )
    with three:
        licence = controls.select("Licence", LICENCES, "commercial", key="licence")
    return Conditions(bits, card, most, least, NEEDED_FREEDOM[licence])


def choose_weights() -> dict[str, float]:
    """The lecture's seven factors as weights from 0 to 10."""
    found = {}
    columns = st.columns(4)
    for index, factor in enumerate(FACTORS):
        with columns[index % 4]:
            found[factor.key] = controls.slider(
                factor.label,
                0.0,
                MAX_WEIGHT,
                DEFAULT_WEIGHTS[factor.key],
                key=f"w_{factor.key}",
                step=0.5,
                help=f"{factor.unit}: {factor.about} ({factor.kind})",
            )
    return found


def result(conditions: Conditions, weights: dict[str, float]) -> tuple[Ranked, ...]:
    """The ranking, what it rests on, and the nearest flips; EvaluationError if nothing is left."""
    table = choices(conditions)
    ranked = rank(table, FACTORS, weights)
    found = flips(table, FACTORS, weights)
    out = len(open_models()) - len(table)
    st.caption(f"{len(table)} of {len(open_models())} models meet the conditions; {out} do not.")
    st.plotly_chart(
        charts.ranking(ranked, FACTORS),
        key="ranking",
        alt="; ".join(f"{place}. {each.name} {each.score:.3f}" for place, each in enumerate(ranked[:10], start=1)),
    )
    _say_what_decides(ranked, found)
    st.plotly_chart(
        charts.sensitivity(found, FACTORS, weights, MAX_WEIGHT),
        key="sensitivity",
        alt="; ".join(f"{flip.factor} at {flip.weight:.2f}: {flip.winner}" for flip in found) or "No weight flips it",
    )
    st.caption(
        "A bar is how far one weight can move, the others held, before another model wins; the name at its end is that "
        "model."
    )
    _say_what_is_not_published(ranked)
    return ranked


def _say_what_decides(ranked: tuple[Ranked, ...], found: tuple[Flip, ...]) -> None:
    winner = ranked[0]
    happened(
        f"**{escape(winner.name)}** scores {winner.score:.3f}; the largest part, "
        f"{winner.shares[winner.strongest]:.3f}, comes from {LABELS[winner.strongest].lower()}."
    )
    if not found:
        happened("No single weight between 0 and 10 would change your choice.")
        return
    told = [
        f"- **{LABELS[flip.factor]}** is weighed {flip.weight:.2f} instead of {flip.now:g}: **{escape(flip.winner)}**"
        for flip in found[:3]
    ]
    happened("Your choice flips if\n" + "\n".join(told))


def _say_what_is_not_published(ranked: tuple[Ranked, ...]) -> None:
    silent = [
        f"{escape(each.name)} ({', '.join(LABELS[key].lower() for key in each.unknown)})"
        for each in ranked
        if each.unknown
    ]
    if silent:
        st.caption(f":material/help: Not published, and counted as the worst: {'; '.join(silent)}.")


def table(conditions: Conditions) -> list[dict]:
    """Every model with its values and where each is from."""
    rows = [
        {
            "Model": model.name,
            "On the hub": model.hub,
            "Parameters (B)": model.parameters_b,
            "Active (B)": model.active_b,
            "MMLU (%)": model.mmlu,
            "MMLU from": model.mmlu_source,
            "Arena rating": model.arena,
            "Arena from": model.arena_source,
            "Training tokens (T)": model.training_tokens_t,
            "Tokens from": model.training_tokens_source,
            "Context (tokens)": model.context_tokens,
            "Context from": model.context_source,
            "Licence": model.licence,
            "Memory (GB)": model.serving(conditions.bits).total_bytes / 1e9,
            "GPUs": conditions.gpus_needed(model),
            "ms per token": conditions.ms_per_token(model),
        }
        for model in open_models()
    ]
    about, when = models_note()
    card = conditions.gpu
    with st.expander("The whole table, with sources", icon=":material/table:"):
        one_decimal = st.column_config.NumberColumn(format="%.1f")
        show_table(
            rows,
            column_config={"Memory (GB)": one_decimal, "ms per token": one_decimal},
            alt="All models with their values and sources",
        )
        st.caption(f":material/menu_book: **Published.** {about} Put together {when}.")
        st.caption(
            f":material/function: **Formula.** Memory: the lecture's P × 4 B ÷ (32/Q) × 1.2. GPUs: that over the "
            f"memory of one {escape(card.name)}, {card.usable_bytes / 1e9:.1f} GB. ms per token: bytes of the active "
            f"weights over the GPUs' bandwidth, {card.bandwidth_gb_s:,.0f} GB/s each "
            f"([{card.source.title}]({card.source.url})): the least it can be with one conversation."
        )
    return rows


def ranking_rows(ranked: tuple[Ranked, ...] | None) -> list[dict]:
    return [
        {"place": place, "model": each.name, "score": each.score}
        | {factor.key: each.shares[factor.key] for factor in FACTORS}
        for place, each in enumerate(ranked or (), start=1)
    ]
