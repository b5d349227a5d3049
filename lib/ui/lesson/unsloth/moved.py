"""The adapter that was brought back: its settings beside the own run's, and how far it moves each layer."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import unsloth as charts
from lib.errors import StudentError
from lib.lesson.unsloth.brought.adapter import Adapter, read_adapter
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.lesson.unsloth.own_run import OwnRun

OWN = "activity_own_adapter"


def what_it_moved(own: OwnRun, brought: Adapter | None) -> None:
    mine = _own_adapter(own)
    shown = brought or mine
    if shown is None:
        st.info("Bring an adapter, and this is where you see how far it moves each layer.", icon=":material/upload:")
        return
    st.header("The adapter that you brought" if brought else "Your adapter from Live LoRA", anchor=False)
    for note in shown.notes:
        st.caption(f":material/info: {escape(note)}")
    columns = [("brought", brought), ("your run here", mine)]
    facts = [{"": name} | {who: _fact(name, each) for who, each in columns if each} for name in FACTS]
    show_table(facts, alt="Settings of the adapter")
    if not shown.matrices:
        return
    if not shown.has_learnt:
        st.warning(
            "Every B is zero, as before the first step: this adapter changes nothing. Was it saved before training?",
            icon=":material/error:",
        )
        return
    _norms(shown)


def _norms(shown: Adapter) -> None:
    layers, matrices = shown.by_layer, shown.by_matrix
    if layers:
        top = max(layers, key=layers.get)
        title = f"Layer {top} is moved most: {layers[top]:.3g}"
        st.plotly_chart(charts.by_layer(shown, title), key="un_layers", alt=title)
        least = min(layers, key=layers.get)
        ui.happened(
            f"Layer {top} is moved by **{layers[top]:.3g}**, layer {least} by {layers[least]:.3g} (Frobenius norm of "
            f"all that is added there, layers counted from 0). **{escape(next(iter(matrices)))}** is the matrix that "
            "moves most."
        )
    factor = f" times alpha / r = {shown.scaling:g}" if shown.scaling is not None and not shown.scaled_by_root else ""
    ui.measured(
        f"‖B·A‖{factor} from the file's own numbers, with numpy: ‖B·A‖² = Σ (BᵀB) ∘ (AAᵀ), so no large matrix is made. "
        "Norms of two models cannot be compared: their weights have other sizes."
    )


def _own_adapter(own: OwnRun) -> Adapter | None:
    """Read once for each run."""
    if not own.adapter:
        return None
    held = st.session_state.get(OWN)
    if held is None or held[0] is not own.adapter:
        try:
            read = read_adapter(own.adapter, "your adapter")
        except StudentError:  # a bottleneck adapter, or a whole model: no LoRA
            read = None
        held = st.session_state[OWN] = (own.adapter, read)
    return held[1]


FACTS = ("base model", "rank", "alpha", "alpha / rank", "targets", "parameters", "file (MB)")


def _fact(name: str, adapter: Adapter) -> str:
    said = {
        "base model": adapter.base,
        "rank": adapter.rank,
        "alpha": adapter.lora_alpha and f"{adapter.lora_alpha:g}",
        "alpha / rank": adapter.scaling and f"{adapter.scaling:g}" + (" (alpha / √rank)" * adapter.scaled_by_root),
        "targets": ", ".join(adapter.targets),
        "parameters": f"{adapter.parameters:,}" if adapter.matrices else None,
        "file (MB)": f"{adapter.bytes_ / 1e6:.1f}",
    }[name]
    return "not known" if said in (None, "") else str(said)
