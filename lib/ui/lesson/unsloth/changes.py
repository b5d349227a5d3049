"""What each of Unsloth's changes spares, and that the mathematics stays as it was."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import unsloth as charts
from lib.lesson.unsloth.claims import told
from lib.lesson.unsloth.same_loss import HIDDEN, PIECES, TOKENS, VOCABULARY, apart
from lib.lesson.unsloth.saving import (
    MODELS,
    Rung,
    ladder,
    logits_bytes,
    most_spared,
    operations_more_share,
    spared_share,
)
from lib.memory import architecture
from lib.ui.kit import controls
from lib.ui.kit.tables import show_table
from lib.units import format_gib

LENGTHS = [512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768]


def what_it_changes() -> list[dict]:
    """The rows to take away."""
    left, right = st.columns([1, 2])
    with left:
        model = controls.select("Model", list(MODELS), "Llama-3.1-8B", key="un_model")
    with right:
        tokens = controls.pick("Tokens of a text", LENGTHS, 8_192, key="un_tokens", format_func="{:,}".format)
    with st.expander("More: batch and rank", icon=":material/tune:"):
        batch = controls.slider("Texts at once", 1, 16, 1, key="un_batch")
        rank = controls.pick("Rank", [4, 8, 16, 32, 64, 128], 16, key="un_rank")
    rungs = ladder(model, tokens, batch, rank)
    title = f"{model}, {tokens:,} tokens: {spared_share(rungs):.0%} less than with checkpointing alone"
    st.plotly_chart(charts.ladder(rungs, title), key="un_ladder", alt=title)
    _in_words(model, tokens * batch, rungs)
    _same_mathematics()
    return [
        {
            "set-up": rung.name,
            "total_bytes": round(rung.total_bytes),
            "operations_per_token": round(rung.operations_per_token),
            "also in": rung.had_elsewhere,
            **{part.name: round(part.size_bytes) for part in rung.parts},
        }
        for rung in rungs
    ]


def _in_words(model: str, tokens: int, rungs: tuple[Rung, ...]) -> None:
    best, last = most_spared(rungs[1:]), rungs[-1]
    usual = rungs[1]
    ui.happened(
        f"Checkpointing, which every library has, takes {format_gib(rungs[0].total_bytes)} to "
        f"{format_gib(usual.total_bytes)}; the changes after it take that to **{format_gib(last.total_bytes)}**, "
        f"**{spared_share(rungs):.0%}** less. Of these, **{best.about}** spares most."
    )
    ui.happened(
        f"The weights in 4 bits stay what they are: of the last bar **{format_gib(last.weights_bytes)}** are weights, "
        "and no kernel makes them smaller. So short texts have little to spare: move the length."
    )
    ui.happened(
        f"The logits alone are tokens · vocabulary · 4 bytes = {tokens:,} · {architecture(model).vocab_size:,} · 4 = "
        f"**{format_gib(logits_bytes(model, tokens))}**, and the loss needs them more than once. Computing layers "
        f"again costs {operations_more_share(rungs):.0%} more operations; in pieces each block of logits may be "
        "computed twice, and inputs kept elsewhere cross the bus twice."
    )
    ui.formula(
        "The memory calculator, QLoRA with nf4 on all linear layers, FlashAttention; adapters in fp32. Pieces of 1,024 "
        "tokens. Unsloth's kernels also write results over their inputs, which the calculator does not know."
    )
    with st.expander("The same changes without Unsloth", icon=":material/construction:"):
        rows = [{"change": rung.about, "also in": rung.had_elsewhere} for rung in rungs[1:]]
        show_table(rows, alt="Where each change is to be had without Unsloth")
        source = told()["changes_source"]
        st.caption(f"That Unsloth makes them: [{source['title']}]({source['url']}).")


def _same_mathematics() -> None:
    st.header("The same mathematics, in another order", anchor=False)
    pieces = controls.pick("The loss in … pieces", list(PIECES), 8, key="un_pieces")
    single, double = apart(pieces), apart(pieces, "float64")
    whole, pieced, held = st.columns(3)
    whole.metric("Loss, whole", f"{single.whole.nats:.6f}", border=True)
    pieced.metric(f"Loss, {pieces} pieces" if pieces > 1 else "Loss, 1 piece", f"{single.pieced.nats:.6f}", border=True)
    held.metric(
        "Logits held at once",
        f"{single.pieced.logits_at_once:,}",
        f"{single.held_share:.1%} of all",
        delta_color="off",
        delta_arrow="off",
        border=True,
    )
    ui.happened(
        f"In fp32 the two losses differ by {single.nats:.1g} nats and no entry of a gradient by more than "
        f"{single.gradient:.1g} of the largest; in fp64 by {double.nats:.1g} and {double.gradient:.1g}. That is "
        "rounding: a softmax needs the logits of its own token and of no other."
    )
    ui.measured(
        f"Computed as you moved the control, with numpy: {TOKENS} tokens, {VOCABULARY:,} words, {HIDDEN} hidden "
        "numbers, drawn at random with seed 0. Unsloth's own kernels were not run here: they need a GPU."
    )
