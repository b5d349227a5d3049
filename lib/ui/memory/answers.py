"""Questions asked backwards, all GPUs at once, two set-ups side by side, and a measurement against the estimate."""

from __future__ import annotations

import streamlit as st

from lib.charts.memory import calculator as charts
from lib.errors import StudentError
from lib.memory.ask.compare import compare, read
from lib.memory.ask.fit import best_precision, gpu_rows, largest_batch, largest_model, longest_context
from lib.memory.ask.packed import pack, unpack
from lib.memory.gpus import Gpu, gpus
from lib.memory.model.catalogue import catalogue
from lib.memory.model.weights import precision, precisions
from lib.memory.serve.roofline import decode_roofline
from lib.memory.serve.serving import ServingSetup
from lib.ui.kit.chapter import formula
from lib.ui.kit.problems import problem
from lib.ui.kit.tables import show_table
from lib.ui.memory.views import Estimate, estimate_of, shown
from lib.units import format_gb


def backwards(estimate: Estimate, card: Gpu) -> None:
    """Longest context, largest batch, largest model, best precision, and the roofline."""
    arch, setup = estimate.architecture, estimate.setup
    tokens, count = longest_context(arch, setup, card), largest_batch(arch, setup, card)
    models = [entry.architecture for entry in catalogue().values()]
    model = largest_model(models, setup, card)
    is_serving = isinstance(setup, ServingSetup)
    first, second, third = st.columns(3)
    fourth, fifth, _ = st.columns(3)
    first.metric(
        "Longest context" if is_serving else "Longest sequence",
        f"{tokens:,}" if tokens else "none fits",
        help=f"Tokens; at most the {arch.max_position_embeddings:,} that the model was made for",
    )
    second.metric("Most conversations" if is_serving else "Largest micro-batch", f"{count:,}" if count else "none fits")
    third.metric("Largest model of the list", model.name if model else "none fits")
    if is_serving:
        best = best_precision(arch, setup, card)
        fourth.metric("Best precision that fits", precisions()[best].label if best else "none fits")
        roof = decode_roofline(arch, setup, card)
        fifth.metric("Tokens a second, at most", f"{roof.tokens_per_s:,.0f}")
        read_bytes = roof.weights_read_bytes + roof.cache_read_bytes
        formula(
            f"Every decoding step reads the weights ({format_gb(roof.weights_read_bytes)}) and the KV cache "
            f"({format_gb(roof.cache_read_bytes)}) once: {card.bandwidth_gb_s:,.0f} GB/s ÷ {format_gb(read_bytes)} × "
            f"{setup.sequences} conversations. An upper bound (roofline): real kernels reach a part of it, and a large "
            "batch is bound by computing instead."
        )
    else:
        one = gpu_rows(arch, setup, [card])[0]
        fourth.metric(f"How many {card.name}", f"{one.count}" if one.count else "over 64", help="Sharded with ZeRO-3")
    formula(f"Each answer keeps everything else as it is and asks this calculator again and again, on {card.name}.")


def all_gpus(estimate: Estimate, unit: str) -> None:
    """How many of each card it takes."""
    rows = gpu_rows(estimate.architecture, estimate.setup, gpus().values())
    divisor = charts.UNITS[unit]
    table = [
        {
            "GPU": row.gpu.name,
            f"Memory ({unit})": round(row.gpu.usable_bytes / divisor, 1),
            "Reported": "by driver" if row.gpu.measured else "75% of unified" if row.gpu.unified else "as sold",
            "GB/s": row.gpu.bandwidth_gb_s,
            "How many": row.count,
            f"Each holds ({unit})": round(row.needed_bytes / divisor, 1) if row.count else None,
            "Full": row.used_share if row.count else None,
        }
        for row in rows
    ]
    table.sort(key=lambda row: (row["How many"] or 10**6, row[f"Memory ({unit})"]))
    show_table(
        table,
        height=420,
        alt="How many of each GPU this set-up takes",
        column_config={
            "Full": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1),
            "How many": st.column_config.NumberColumn(help="empty: more than 64 do not help"),
        },
    )
    kind = "tensor parallel" if isinstance(estimate.setup, ServingSetup) else "sharded with ZeRO-3 unless set otherwise"
    formula(f"More than one GPU: {kind}, in powers of two. A row is the smallest number whose every GPU has room.")


def two_setups(estimate: Estimate, card: Gpu, unit: str) -> None:
    """Keep this set-up and compare it with what the controls say next."""
    st.button("Keep this one as A", icon=":material/push_pin:", on_click=_keep, args=(estimate,))
    kept = _kept(card)
    if kept is None:
        st.markdown("Keep the set-up above as **A**, then change the controls: both bars stay side by side.")
        return
    more = estimate.total_bytes - kept.total_bytes
    title = f"B needs {shown(abs(more), unit)} {'less' if more < 0 else 'more'} than A"
    bars = {f"A · {_name(kept)}": kept.terms, f"B · {_name(estimate)}": estimate.terms}
    st.plotly_chart(charts.stacked(bars, card.usable_bytes, card.name, unit, title), key="memory_two", alt=title)
    rows = []
    for key in dict.fromkeys(t.key for t in (*kept.terms, *estimate.terms)):
        a = next((t.size_bytes for t in kept.terms if t.key == key), 0.0)
        b = next((t.size_bytes for t in estimate.terms if t.key == key), 0.0)
        rows.append(
            {"part": charts.NAMES[key], "A": shown(a, unit), "B": shown(b, unit), "B − A": _signed(b - a, unit)}
        )
    show_table(rows, alt="The two set-ups part by part")


def _keep(estimate: Estimate) -> None:
    """In the session, and in the link where a link can hold it."""
    st.session_state["memory_kept"] = estimate
    packed = pack(estimate.architecture, estimate.setup)
    if packed is not None:
        st.query_params["a"] = packed
    elif "a" in st.query_params:
        del st.query_params["a"]


def _kept(card: Gpu) -> Estimate | None:
    """Set-up A: the one kept here, else the one the link brings."""
    kept = st.session_state.get("memory_kept")
    if kept is None and "a" in st.query_params:
        try:
            kept = estimate_of(*unpack(st.query_params["a"]), card)
        except StudentError as error:
            problem(error)
    return kept


def _name(estimate: Estimate) -> str:
    setup = estimate.setup
    if isinstance(setup, ServingSetup):
        return (
            f"{estimate.architecture.name}, {precision(setup.precision).label}, {setup.context:,} × {setup.sequences}"
        )
    return f"{estimate.architecture.name}, {setup.method}, {setup.sequence:,} × {setup.batch}"


def _signed(size_bytes: float, unit: str) -> str:
    return ("+" if size_bytes >= 0 else "−") + shown(abs(size_bytes), unit)


def my_measurement(estimate: Estimate, unit: str) -> None:
    """Paste what a tool said; see which assumption explains the difference."""
    text = st.text_area(
        "What did nvidia-smi, PyTorch or the error say?",
        key="memory_paste",
        max_chars=20_000,
        height=120,
        persist_state="session",
        placeholder="CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.69 GiB …",
    )
    if not text.strip():
        st.caption("Also understood: a line like 8123MiB / 24564MiB, max_memory_allocated: 21474836480, or 21.3 GiB.")
        _before_you_start()
        return
    result = compare(estimate.architecture, estimate.setup, read(text))
    mine, ours, off = st.columns(3)
    mine.metric("Measured", shown(result.measured_bytes, unit), help=f"From {result.measurement.source}")
    ours.metric("Estimated", shown(result.estimated_bytes, unit))
    off.metric("Estimate is off by", f"{result.error:+.1%}")
    extra = (result.measurement.reserved_bytes or 0) - (result.measurement.allocated_bytes or 0)
    if result.measurement.reserved_bytes and extra > 0:
        st.markdown(
            f"PyTorch had {shown(extra, unit)} more reserved than allocated: fragments it could not use. "
            "`PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True` often frees them."
        )
    if abs(result.error) <= 0.05:
        st.success("Estimate and measurement agree within 5%.", icon=":material/check:")
    elif result.suspects:
        st.markdown("The difference would be explained best if")
        for suspect in result.suspects:
            st.markdown(
                f"- **{suspect.label}** ({charts.NAMES[suspect.term].lower()}): then "
                f"{shown(suspect.estimated_bytes, unit)}"
            )
    else:
        st.markdown(
            "No usual change of assumption explains it: look for other processes on the card, longer sequences than "
            "you think, or tensors your loop keeps."
        )
    _before_you_start()


def _before_you_start() -> None:
    st.caption(
        "What is free before you start: a desktop and browser hold some hundred MiB to 2 GiB of a card that drives a "
        "screen, other processes theirs, and every CUDA process its context. `nvidia-smi` before the run shows it."
    )
