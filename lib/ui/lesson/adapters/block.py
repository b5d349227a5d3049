"""The block drawn, what is added to it, its shapes and its cost."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import adapters as charts
from lib.errors import StudentError
from lib.lesson.adapters.anatomy import Adapter, base_flops_per_token, has_states, usual_adapter
from lib.lesson.adapters.kinds import kinds
from lib.lesson.adapters.published import published, published_source
from lib.memory import Architecture
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import guard
from lib.ui.kit.tables import show_table
from lib.ui.lesson.adapters.choosing import DRAWING, choose_adapter, clicked
from lib.units import format_count, format_percent


def where_they_go() -> list[dict]:
    """The rows to take away."""
    left, right = st.columns([2, 3], gap="large")
    rows: list[dict] = []
    with left, guard():
        adapter = choose_adapter()
        _about(adapter)
        with right:
            st.plotly_chart(
                charts.block(adapter),
                key=DRAWING,
                alt=charts.described(adapter),
                on_select=clicked,
                selection_mode="points",
                config={"displayModeBar": False},
            )
            st.caption(
                "Grey: frozen, with the ways around. Orange with ✚: added and trained. Dotted: where something else "
                "could be added. Click into the drawing, or use the buttons."
            )
        rows = _pieces(adapter)
    if rows:
        _cost(adapter, rows)
        _every_kind(adapter.architecture)
        _published()
    return rows


def _about(adapter: Adapter) -> None:
    card = adapter.card
    st.markdown(card.about)
    st.latex(card.formula)
    merges = ":green[**Yes.**]" if card.merges else ":orange[**No.**]"
    st.markdown(f"Can it be merged away? {merges} {card.merge_why}")
    st.caption(f":material/menu_book: [{card.source.title}]({card.source.url})")


def _pieces(adapter: Adapter) -> list[dict]:
    return [
        {
            "added": piece.name,
            "shape": " × ".join(f"{side:,}" for side in piece.shape),
            "times": piece.copies,
            "parameters": piece.parameters,
            "FLOPs per token": piece.flops_per_token * piece.copies,
        }
        for piece in adapter.pieces
    ]


def _cost(adapter: Adapter, rows: list[dict]) -> None:
    arch = adapter.architecture
    trained, share, work = st.columns(3)
    trained.metric("Trained", format_count(adapter.parameters), help=f"{adapter.parameters:,} parameters", border=True)
    share.metric(f"Of {format_count(arch.parameters)}", format_percent(adapter.share), border=True)
    work.metric("Extra work for a token", f"+{format_percent(adapter.work_share)}", border=True)
    show_table(rows, alt="What is added: name, shape, how many layers have one, parameters, FLOPs for a token")
    terms = " + ".join(f"{each['parameters']:,}" for each in rows[:8]) + (" + …" if len(rows) > 8 else "")
    happened(
        f"Parameters: {terms} = **{adapter.parameters:,}**. Work: {adapter.flops_per_token:,} FLOPs more for every "
        f"token, beside {format_count(base_flops_per_token(arch))} of the model itself."
    )
    for note in _notes(adapter):
        st.caption(f":material/info: {note}")
    ui.formula(
        "2 FLOPs for each weight that multiplies, 1 for each number that a vector stretches; a forward pass, without "
        "the attention over what was read before."
    )


def _notes(adapter: Adapter) -> list[str]:
    arch, notes = adapter.architecture, []
    if adapter.attention_flops_per_token:
        notes.append(
            f"Every token attends to {adapter.size} positions more: 4 · {adapter.size} · {arch.query_width:,} (width "
            f"of the queries) · {arch.num_hidden_layers} layers = {adapter.attention_flops_per_token:,} FLOPs, and "
            f"{format_count(adapter.cache_numbers)} numbers stand in the cache of every request."
        )
    if adapter.flops_once:
        notes.append(
            f"Once per request the model reads the {adapter.size} vectors like tokens: "
            f"{format_count(adapter.flops_once)} FLOPs, unless their keys and values are kept."
        )
    if adapter.attention_flops_per_token and arch.sliding_layers:
        notes.append(
            f"{arch.sliding_layers} of {arch.num_hidden_layers} layers look back {arch.sliding_window:,} tokens only: "
            "later tokens no longer see what stands in front, and the work is less there."
        )
    if has_states(arch) and adapter.kind in ("prefix", "prompt", "ia3"):
        notes.append("Some layers of this model keep a state instead of keys and values: read the count as a bound.")
    if arch.experts and adapter.kind in ("lora", "ia3"):
        notes.append("Experts lie in one block of weights, beside which peft puts nothing: they are left as they are.")
    return notes


def _every_kind(architecture: Architecture) -> None:
    st.header(f"All six on {architecture.name}", anchor=False)
    rows = []
    for name, card in kinds().items():
        try:
            adapter = usual_adapter(architecture, name)
        except StudentError:
            rows.append({"kind": card.title, "size": "not on this model"})
            continue
        rows.append(
            {
                "kind": card.title,
                "size": f"{card.size} = {card.usual_size}" if card.sized else "none to choose",
                "where": ", ".join(adapter.places),
                "parameters": adapter.parameters,
                "of the model": format_percent(adapter.share),
                "work per token": f"+{format_percent(adapter.work_share)}",
                "merges": "yes" if card.merges else "no",
            }
        )
    show_table(rows, alt="The six kinds at their usual size: parameters, share, extra work, whether they merge")
    st.caption("Usual sizes differ: these rows compare what is commonly done, not equal amounts.")
    st.page_link("pages/live_lora.py", label="Train them side by side on Live LoRA", icon=":material/experiment:")


def _published() -> None:
    with st.expander("Held against counts that were published", icon=":material/fact_check:"):
        rows = [
            {
                "model": each.model,
                "kind": kinds()[each.kind].title,
                "size": each.size,
                "where": ", ".join(each.places),
                "published": f"{each.millions}M",
                "counted here": f"{each.counted.parameters / 1e6:.2f}M",
            }
            for each in published()
        ]
        show_table(rows, alt="Published counts beside those of the formulas")
        ui.published(
            f"[{published_source().title}]({published_source().url}). The authors round freely: all agree within 2.5%."
        )
