"""Choosing a model on the page: conditions, weights, the ranking, and what would flip it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lib.charts import evaluation as charts
from lib.evaluation.course import FACTORS, OpenModel, choices, models_note, open_models
from lib.evaluation.selection import MAX_WEIGHT, Flip, Ranked, flips, rank
from lib.memory.gpus import Gpu, gpus
from lib.ui.kit import controls
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape

BITS = {"16": "16 bits", "8": "8 bits", "4": "4 bits"}
LICENCES = {"any": "any licence", "commercial": "commercial use allowed", "open": "open source (Apache-2.0, MIT)"}
NEEDED_FREEDOM = {"any": 0.0, "commercial": 0.5, "open": 1.0}
CONTEXTS = [2_048, 4_096, 8_192, 32_768, 65_536, 131_072]
CARDS = [1, 2, 3, 4, 8, 16, 32]
FIRST_CARD = "H100 SXM 80GB"
DEFAULT_WEIGHTS = {"mmlu": 5.0, "data": 1.0, "human": 5.0, "latency": 3.0, "cost": 4.0, "context": 2.0, "licence": 3.0}


@dataclass(frozen=True)
class Wish:
    """How models are served, and which are out of the question."""

    bits: int
    gpu: Gpu
    cards: int
    least_context: int
    licence: str

    def allows(self, model: OpenModel) -> bool:
        return (
            model.gpus_needed(self.bits, self.gpu) <= self.cards
            and model.context_tokens >= self.least_context
            and model.licence_freedom >= NEEDED_FREEDOM[self.licence]
        )


def conditions() -> Wish:
    """What must hold before any weighing."""
    names = list(gpus())
    first = FIRST_CARD if FIRST_CARD in names else next(name for name in names if "H100" in name or "A100" in name)
    one, two, three = st.columns(3)
    with one:
        gpu = gpus()[controls.select("Graphics card", names, first, key="gpu")]
        bits = int(controls.segmented("Weights in", BITS, "16", key="bits"))
    with two:
        cards = controls.pick("At most so many cards", CARDS, 4, key="cards")
        least = controls.pick(
            "Context of at least (tokens)", CONTEXTS, 4_096, key="least", format_func=lambda n: f"{n:,}"
        )
    with three:
        licence = controls.select("Licence", LICENCES, "commercial", key="licence")
    return Wish(bits, gpu, cards, least, licence)


def weights() -> dict[str, float]:
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


def result(wish: Wish, weighed: dict[str, float]) -> tuple[Ranked, ...]:
    """The ranking, what it rests on, and the nearest flips; EvaluationError if nothing is left."""
    allowed = tuple(model for model in open_models() if wish.allows(model))
    table = choices(wish.bits, wish.gpu, allowed)
    ranked = rank(table, FACTORS, weighed)
    found = flips(table, FACTORS, weighed)
    out = len(open_models()) - len(allowed)
    st.caption(f"{len(allowed)} of {len(open_models())} models meet the conditions; {out} do not.")
    st.plotly_chart(
        charts.ranking(ranked, FACTORS),
        key="ranking",
        alt="; ".join(f"{place}. {each.name} {each.score:.3f}" for place, each in enumerate(ranked[:10], start=1)),
    )
    _say_flips(ranked, found)
    st.plotly_chart(
        charts.sensitivity(found, FACTORS, weighed, MAX_WEIGHT),
        key="sensitivity",
        alt="; ".join(f"{flip.factor} at {flip.weight:.2f}: {flip.winner}" for flip in found) or "No weight flips it",
    )
    st.caption("A bar is the range of one weight, the others held, in which the winner stays; beyond it the name wins.")
    _say_unknown(ranked)
    return ranked


def _say_flips(ranked: tuple[Ranked, ...], found: tuple[Flip, ...]) -> None:
    winner = ranked[0]
    strongest = max(winner.shares, key=winner.shares.__getitem__)
    label = {factor.key: factor.label for factor in FACTORS}
    st.markdown(
        f"**{escape(winner.name)}** scores {winner.score:.3f}; most of it, {winner.shares[strongest]:.3f}, comes from "
        f"{label[strongest].lower()}."
    )
    if not found:
        st.markdown("No single weight between 0 and 10 would change your choice.")
        return
    told = [
        f"- **{label[flip.factor]}** weighed {flip.weight:.2f} instead of {flip.now:g}: **{escape(flip.winner)}**"
        for flip in found[:3]
    ]
    st.markdown("Your choice flips if\n" + "\n".join(told))


def _say_unknown(ranked: tuple[Ranked, ...]) -> None:
    label = {factor.key: factor.label.lower() for factor in FACTORS}
    silent = [
        f"{escape(each.name)} ({', '.join(label[key] for key in each.unknown)})" for each in ranked if each.unknown
    ]
    if silent:
        st.caption(f":material/help: Not published, and counted as the worst: {'; '.join(silent)}.")


def table(wish: Wish) -> list[dict]:
    """Every model with its values and where each is from."""
    rows = [
        {
            "Model": model.name,
            "Parameters (B)": model.parameters_b,
            "Active (B)": model.active_b,
            "MMLU (%)": model.mmlu,
            "MMLU from": model.mmlu_source,
            "Arena rating": model.arena,
            "Arena from": model.arena_source,
            "Training tokens (T)": model.training_tokens_t,
            "Tokens from": model.training_tokens_source,
            "Context (tokens)": model.context_tokens,
            "Licence": model.licence,
            "Memory (GB)": model.serving(wish.bits).total_bytes / 1e9,
            "Cards": model.gpus_needed(wish.bits, wish.gpu),
            "ms a token": model.ms_per_token(wish.bits, wish.gpu),
        }
        for model in open_models()
    ]
    about, when = models_note()
    with st.expander("The whole table, with sources", icon=":material/table:"):
        one_decimal = st.column_config.NumberColumn(format="%.1f")
        show_table(
            rows,
            column_config={"Memory (GB)": one_decimal, "ms a token": one_decimal},
            alt="All models with their values and sources",
        )
        st.caption(f":material/menu_book: **Published.** {about} Put together {when}.")
        st.caption(
            ":material/function: **Formula.** Memory: the lecture's P × 4 B ÷ (32/Q) × 1.2. Cards: that over a card's "
            f"usable memory ({escape(wish.gpu.name)}). ms a token: bytes of the active weights over the cards' "
            f"bandwidth ({wish.gpu.bandwidth_gb_s:,.0f} GB/s each), the least it can be with one conversation."
        )
    return rows


def as_csv(ranked: tuple[Ranked, ...] | None) -> str | None:
    if ranked is None:
        return None
    header = "place,model,score," + ",".join(factor.key for factor in FACTORS)
    lines = [
        f"{place},{each.name},{each.score!r}," + ",".join(repr(each.shares[factor.key]) for factor in FACTORS)
        for place, each in enumerate(ranked, start=1)
    ]
    return "\n".join([header, *lines]) + "\n"
