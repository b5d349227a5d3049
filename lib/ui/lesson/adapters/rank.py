"""A real update of weights, rank by rank."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.in_words import in_words
from lib.charts.lesson import weight_update as charts
from lib.lesson.adapters.rank import RealUpdate, RecordedUpdate, recorded_update
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape

MOST = 0.9
"""Of ‖ΔW‖²: the share that is asked for in words."""


def how_low_is_the_rank() -> list[dict]:
    """The rows to take away."""
    told = recorded_update()
    ranks = [each.rank for each in told.losses if each.rank]
    left, right = st.columns(2, gap="large")
    with left:
        rank = controls.pick("Keep rank r of every ΔW", ranks, 8, key="ad_rank")
    names = {str(place): place for place in told.matrices}
    with right:
        chosen = controls.select("Look into", list(names), "layer 3, q_proj", key="ad_matrix")
    update = told.matrices[names[chosen]]
    with left:
        st.plotly_chart(charts.learnt_by_rank(told, rank), key="ad_learnt", alt=_learnt_in_words(told, rank))
    with right:
        st.plotly_chart(charts.error_by_rank(update, rank), key="ad_error", alt=_error_in_words(update, rank))
    _say_what_a_rank_keeps(told, update, rank)
    _corners(update, rank)
    _say_how_it_was_recorded(told)
    rows = _rank_rows(told, update)
    with st.expander("Every rank", icon=":material/table:"):
        show_table(rows, alt="Error, share kept and held-out loss at every rank")
    st.page_link(
        "pages/live_lora.py",
        label="See a LoRA's ΔW grow while it trains: Live LoRA, Inside",
        icon=":material/experiment:",
    )
    return rows


def _learnt_in_words(told: RecordedUpdate, rank: int) -> str:
    kept, learnt = told.energy_at(rank), told.learnt_at(rank)
    return f"At rank {rank} {kept:.0%} of the update is kept and {learnt:.0%} of what it learnt"


def _error_in_words(update: RealUpdate, rank: int) -> str:
    return f"At rank {rank} of {update.side} the best matrix misses {update.error_at(rank):.0%} of the update"


def _say_what_a_rank_keeps(told: RecordedUpdate, update: RealUpdate, rank: int) -> None:
    loss = next(each.held_out_nats_per_token for each in told.losses if each.rank == rank)
    without, whole = told.without_updates, told.whole_loss
    happened(
        f"Every weight was trained, no adapter anywhere: the held-out loss fell from {told.base_loss:.2f} to "
        f"{whole:.2f} nats per token. With every matrix put back, and only embeddings and norms as they became, it is "
        f"{without:.2f}: the {told.facts['matrices_in_all']} updates ΔW are worth {without:.2f} − {whole:.2f}. With "
        f"the best matrix of **rank {rank}** in place of each ΔW it is **{loss:.2f}**: ({without:.2f} − {loss:.2f}) / "
        f"({without:.2f} − {whole:.2f}) = **{told.learnt_at(rank):.0%}** of what they learnt."
    )
    happened(
        f"In {escape(str(update.place))} ‖ΔW − ΔWᵣ‖ = √(σ²ᵣ₊₁ + σ²ᵣ₊₂ + …) = {update.missed_norm(rank):.3g}, of "
        f"‖ΔW‖ = {update.norm:.3g}. "
        f"To hold {MOST:.0%} of ‖ΔW‖² takes rank **{update.rank_that_keeps(MOST)}**; a random matrix of the same size "
        f"and norm needs **{update.random_rank_that_keeps(MOST)}**, W itself {update.weight_rank_that_keeps(MOST)}. "
        "So the update is far simpler than chance, and what the task needs of it is simpler still. That is what "
        "“intrinsic rank” means; a small rank misses a good part of ΔW and little of the lesson."
    )
    st.caption(
        f"Does ΔW repeat what W does? ‖ΔWᵣ‖ / ‖Uᵣᵀ W Vᵣ‖: in its first {rank} directions ΔW is "
        f"{update.amplification(rank):.2g} times as large as W is there (Hu et al. 2021, section 7.3, ask the same)."
    )


def _corners(update: RealUpdate, rank: int) -> None:
    whole, largest = update.corners[-1], update.largest_in_corner
    parts = ((whole, "ΔW"), (update.corner(rank), f"rank {rank}"), (update.missed_corner(rank), "missed"))
    for column, (numbers, name) in zip(st.columns(3), parts, strict=True):
        with column:
            figure = charts.corner(numbers, name, largest)
            st.plotly_chart(figure, key=f"ad_corner_{name[:4]}", alt=in_words(figure, f"A corner of {name}"))
    st.caption(
        f"The first {whole.shape[0]} rows and {whole.shape[1]} columns of {update.outputs} × {update.inputs}, in one "
        f"scale of colours: blue below zero, orange above, up to {largest:.2g}."
    )


def _say_how_it_was_recorded(told: RecordedUpdate) -> None:
    facts = told.facts
    ui.measured(
        f"{escape(facts['model'])}, all weights trained for {facts['steps']} steps of {facts['batch_size']} texts on "
        f"{escape(facts['texts'])} at a rate of {facts['learning_rate']:g}, seed {facts['seed']}; recorded "
        f"{facts['date']} on {escape(facts['device'])}, torch {facts['versions']['torch']}, by {facts['source']}. A "
        "small model and a small task: with more data, or further from what the model knows, the rank that is needed "
        "grows."
    )


def _rank_rows(told: RecordedUpdate, update: RealUpdate) -> list[dict]:
    return [
        {
            "rank": each.rank,
            "held_out_nats_per_token": each.held_out_nats_per_token,
            "learnt": round(told.learnt_at(each.rank), 4),
            "kept_of_all_updates": each.energy_kept,
            f"error, {update.place}": round(update.error_at(each.rank), 4),
        }
        for each in told.losses
    ]
