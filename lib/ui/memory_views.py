"""What the memory calculator shows about a set-up, one view at a time."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import streamlit as st

from lib.charts import memory as charts
from lib.memory.architecture import Architecture
from lib.memory.catalogue import catalogue
from lib.memory.compare import compare, read
from lib.memory.fit import (
    Setup,
    best_precision,
    gpu_rows,
    largest_batch,
    largest_model,
    longest_context,
    what_would_fit,
)
from lib.memory.gpus import Gpu, gpus
from lib.memory.kv_cache import KVCache
from lib.memory.request import PARTS as REQUEST_PARTS
from lib.memory.request import request_moments
from lib.memory.roofline import decode_roofline
from lib.memory.rules import ServingRule, TrainingRule
from lib.memory.serving import ServingEstimate, ServingSetup, serving
from lib.memory.step import PARTS as STEP_PARTS
from lib.memory.terms import Term
from lib.memory.training import TrainingEstimate, training
from lib.memory.weights import precision, precisions
from lib.ui import controls
from lib.ui.chapter import formula, measured
from lib.ui.memory_setup import control_values, set_values
from lib.ui.text import escape
from lib.units import GIB, format_count, format_gb, format_gib

Estimate = ServingEstimate | TrainingEstimate
RECORDED = Path(__file__).resolve().parent.parent.parent / "assets" / "measurements" / "memory.json"
VIEWS = {
    "working": "The working",
    "time": "Over time",
    "backwards": "Asked backwards",
    "gpus": "All GPUs",
    "compare": "Two set-ups",
    "mine": "My measurement",
    "checked": "How far off?",
}


def estimate_of(arch: Architecture, setup: Setup, card: Gpu) -> Estimate:
    kind = serving if isinstance(setup, ServingSetup) else training
    return kind(arch, setup, card.context_mib)


def shown(size_bytes: float, unit: str) -> str:
    return format_gb(size_bytes) if unit == "GB" else format_gib(size_bytes)


def headline(estimate: Estimate, card: Gpu, unit: str) -> str:
    """The message of the bar, in the student's own numbers."""
    need, have = estimate.total_bytes, card.usable_bytes
    each = " on each GPU" if estimate.setup.gpus > 1 else ""
    if need <= have:
        return f"Fits: {shown(need, unit)}{each}, {shown(have - need, unit)} to spare on {card.name}"
    return f"Does not fit: {shown(need, unit)}{each}, {need / have:.1f} times {card.name}"


def bar(estimate: Estimate, card: Gpu, unit: str) -> None:
    figure = charts.stacked(
        {estimate.architecture.name: estimate.terms}, card.usable_bytes, card.name, unit, headline(estimate, card, unit)
    )
    alt = charts.describe(estimate.terms, card.usable_bytes, card.name)
    st.plotly_chart(figure, key="memory_bar", alt=alt)
    if estimate.low_bytes <= card.usable_bytes < estimate.high_bytes:
        st.caption(
            f":material/warning: Close: with its uncertainty the total lies between "
            f"{shown(estimate.low_bytes, unit)} and {shown(estimate.high_bytes, unit)}."
        )
    if not card.measured:
        st.caption(f"{card.name} is counted with the memory it is sold with; a driver reports a little less.")


def fixes(estimate: Estimate, card: Gpu, unit: str) -> None:
    """What would make it fit, as buttons that do it."""
    if estimate.total_bytes <= card.usable_bytes:
        return
    st.subheader("What would make it fit", anchor=False)
    found = what_would_fit(estimate.architecture, estimate.setup, card, limit=5)
    if not any(change.fits for change in found):
        st.markdown("No change, and no two together, are enough on this card. These help most:")
    for change in found:
        values = control_values(estimate.setup, dict(change.changes))
        verdict = "fits" if change.fits else "still too much"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Apply",
                key=f"fix_{change.key}",
                icon=":material/check_circle:" if change.fits else ":material/trending_down:",
                type="primary" if change.fits else "secondary",
                on_click=set_values,
                args=(values,),
            )
            size = shown(change.needed_bytes, unit)
            st.markdown(f"**{change.label}**: {size}, {verdict}. Costs {change.price}.", width="stretch")


def rules_of_thumb(estimate: Estimate, unit: str) -> None:
    """The lecture's rule beside the detailed result, and what explains the difference."""
    arch, setup = estimate.architecture, estimate.setup
    if isinstance(setup, ServingSetup):
        bits = precision(setup.precision).bits_per_weight
        rule = ServingRule(arch.parameters, bits).total_bytes
        name = f"(P × 4 B) / (32 / {bits:g}) × 1.2"
        why = (
            f"Its 20% stands for everything but the weights; here that is "
            f"{1 - estimate.term('weights').size_bytes / estimate.total_bytes:.0%} of the total, "
            f"{shown(estimate.term('kv_cache').size_bytes, unit)} of it KV cache, which the rule knows nothing about."
        )
    else:
        rule = TrainingRule(arch.parameters).train_bytes
        name = "P × 24 B"
        why = (
            f"It counts 4 B weights, 8 B Adam, 4 B gradients and 8 B activations for every parameter. Here activations, "
            f"logits and temporaries take {_moving(estimate) / arch.parameters:.1f} B a parameter, because they follow "
            f"batch and sequence ({setup.tokens:,} tokens), and weights, states and gradients "
            f"{_lasting(estimate) / arch.parameters:.1f} B."
        )
    whole = estimate.total_bytes * (setup.gpus if isinstance(setup, ServingSetup) else 1)
    ours, theirs, ratio = st.columns(3)
    ours.metric("This calculator" + (", all GPUs" if setup.gpus > 1 else ""), shown(whole, unit))
    theirs.metric("The lecture's rule", shown(rule, unit), help=name)
    ratio.metric("Rule against detail", f"{rule / whole:.2f} ×")
    formula(f"Rule of thumb: {escape(name)}. {why}")


def _moving(estimate: TrainingEstimate) -> float:
    return sum(estimate.term(key).size_bytes for key in ("activations", "logits", "temporary"))


def _lasting(estimate: TrainingEstimate) -> float:
    return sum(estimate.term(key).size_bytes for key in ("weights", "optimizer", "gradients"))


def working(estimate: Estimate, unit: str) -> None:
    """Every term with its formula and the student's numbers in it."""
    if isinstance(estimate, TrainingEstimate):
        st.markdown(f"The parts at the fullest moment of a step, **{estimate.peak.label}**:")
    for term in estimate.terms:
        sure = "exact" if term.exact else f"estimate, −{term.below:.0%} +{term.above:.0%}"
        colour = "green" if term.exact else "orange"
        st.markdown(f"**{term.label}: {shown(term.size_bytes, unit)}** :{colour}-badge[{sure}]")
        st.latex(rf"\begin{{aligned}} & {term.formula} \\ &= {term.values} \end{{aligned}}")
        st.caption(" ".join(part for part in (term.note, f"Source: {term.source}." if term.source else "") if part))


def over_time(estimate: Estimate, card: Gpu, unit: str) -> None:
    """A training step, or a request, as stacked areas."""
    if isinstance(estimate, TrainingEstimate):
        first, later = estimate.first_peak, estimate.peak
        more = later.total_bytes - first.total_bytes
        title = f"A step is fullest at “{later.label}”"
        runs = {"step 1": estimate.first_step, "step 2": estimate.later_step}
        parts = STEP_PARTS
        says = (
            f"The second step needs {shown(more, unit)} more than the first: the optimiser's states, made at the end of "
            "step 1, are now there from the beginning. A run that survives step 1 can still die in step 2."
            if more > 0.01 * first.total_bytes
            else "Here the first step is as full as the second: its fullest moment is one where the states exist already."
        )
    else:
        runs = {"one request": request_moments(estimate.architecture, estimate.setup)}
        parts = REQUEST_PARTS
        peak = max(runs["one request"], key=lambda moment: moment.total_bytes)
        title = f"A request is fullest at “{peak.label}”"
        says = (
            "Weights stay. The KV cache grows with every token. Reading the prompt needs activations for all its tokens "
            "at once, so the fullest moment can come long before the cache is full."
        )
    st.plotly_chart(
        charts.moments(runs, parts, unit, title, card.usable_bytes), key="memory_time", alt=f"{title}. {says}"
    )
    st.markdown(says)
    formula("The moments follow from the model's operations, played one by one; the CUDA context is not drawn.")


def backwards(estimate: Estimate, card: Gpu) -> None:
    """Longest context, largest batch, largest model, best precision, and the roofline."""
    arch, setup = estimate.architecture, estimate.setup
    tokens, count = longest_context(arch, setup, card), largest_batch(arch, setup, card)
    models = [entry.architecture for entry in catalogue().values()]
    model = largest_model(models, setup, card)
    is_serving = isinstance(setup, ServingSetup)
    first, second, third, fourth = st.columns(4)
    first.metric(
        "Longest context" if is_serving else "Longest sequence",
        f"{tokens:,}" if tokens else "none fits",
        help=f"Tokens; at most the {arch.max_context:,} that the model was made for",
    )
    second.metric("Most conversations" if is_serving else "Largest micro-batch", f"{count:,}" if count else "none fits")
    third.metric("Largest model of the list", model.name if model else "none fits")
    if is_serving:
        best = best_precision(arch, setup, card)
        fourth.metric("Best precision that fits", precisions()[best].label if best else "none fits")
        roof = decode_roofline(arch, setup, card)
        st.metric("Tokens a second, at most", f"{roof.tokens_per_s:,.0f}")
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
    st.dataframe(
        table,
        hide_index=True,
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
    kept = st.session_state.get("memory_kept")
    if st.button("Keep this one as A", icon=":material/push_pin:", on_click=_keep, args=(estimate,)):
        kept = st.session_state["memory_kept"]
    if kept is None:
        st.markdown("Keep the set-up above as **A**, then change the controls: both bars stay side by side.")
        return
    name_a, terms_a = kept
    total_a, total_b = sum(t.size_bytes for t in terms_a), estimate.total_bytes
    word = "less" if total_b < total_a else "more"
    title = f"B needs {shown(abs(total_b - total_a), unit)} {word} than A"
    bars = {f"A · {name_a}": terms_a, f"B · {_name(estimate)}": estimate.terms}
    st.plotly_chart(charts.stacked(bars, card.usable_bytes, card.name, unit, title), key="memory_two", alt=title)
    rows = []
    for key in dict.fromkeys(t.key for t in (*terms_a, *estimate.terms)):
        a = next((t.size_bytes for t in terms_a if t.key == key), 0.0)
        b = next((t.size_bytes for t in estimate.terms if t.key == key), 0.0)
        rows.append(
            {"part": charts.NAMES[key], "A": shown(a, unit), "B": shown(b, unit), "B − A": _signed(b - a, unit)}
        )
    st.dataframe(rows, hide_index=True, alt="The two set-ups part by part")


def _keep(estimate: Estimate) -> None:
    st.session_state["memory_kept"] = (_name(estimate), estimate.terms)


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
            f"PyTorch had {shown(extra, unit)} more reserved than allocated: fragments it could not use for the request. "
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
            "No usual change of assumption explains it: look for other processes on the card, a longer sequence than you "
            "think, or tensors your loop keeps."
        )
    _before_you_start()


def _before_you_start() -> None:
    st.caption(
        "What is free before you start: a desktop and browser hold some hundred MiB to 2 GiB of a card that drives a "
        "screen, other processes theirs, and every CUDA process its context. `nvidia-smi` before the run shows it."
    )


@cache
def recorded() -> dict:
    """The measurements that came with the app."""
    return json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}


def how_far_off() -> None:
    """Our estimate and the rules of thumb against what was measured."""
    rows = [row for way in ("cuda", "fake") for row in recorded().get(way, {}).get("rows", ())]
    rows = [row for row in rows if row["what"] != "KV cache"]
    if not rows:
        st.markdown("No measurement is recorded yet: `python scripts/measure_memory.py fake` makes one.")
        return
    errors = [abs(row["estimated_bytes"] / row["measured_bytes"] - 1) for row in rows]
    thumb = [rule_row(row) for row in rows]
    thumb_errors = [abs(row["estimated_bytes"] / row["measured_bytes"] - 1) for row in thumb]
    worst = rows[errors.index(max(errors))]
    families = {row["family"] for row in rows}
    one, two, three, four = st.columns(4)
    one.metric("Our mean error", f"{sum(errors) / len(errors):.2%}")
    two.metric("Our worst", f"{max(errors):.1%}", help=f"{worst['model']}, {worst['what']}")
    three.metric("The rules' mean error", f"{sum(thumb_errors) / len(thumb_errors):.0%}")
    four.metric("Measured", f"{len(rows)}", help=f"peaks, of {len(families)} families of models")
    title = f"{len(rows)} peaks measured: the estimate lies on the line, the rules of thumb do not"
    st.plotly_chart(_accuracy_figure(title), key="memory_accuracy", alt=title)
    for way in ("cuda", "fake", "cpu"):
        if found := recorded().get(way):
            versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
            dates = sorted({row["date"] for row in found["rows"]})
            measured(f"{found['device']}, {len(found['rows'])} values, {dates[-1]}, {versions}.")
    if "cuda" not in recorded():
        st.caption(
            "No GPU could be had: these peaks come from PyTorch's MemTracker, which runs every operation of the real "
            "model on tensors without contents, and from real tensors on the CPU. A GPU's kernels add workspaces of their "
            "own, and its allocator rounds up; `python scripts/measure_memory.py cuda` measures that."
        )
    with st.expander("Every measurement", icon=":material/table:"):
        st.dataframe(
            [
                {
                    "model": row["model"],
                    "what": f"{row['kind']}, {row['what']}",
                    "set-up": ", ".join(f"{key} {value}" for key, value in row["setup"].items()),
                    "measured (GiB)": round(row["measured_bytes"] / GIB, 3),
                    "estimated (GiB)": round(row["estimated_bytes"] / GIB, 3),
                    "off": row["estimated_bytes"] / row["measured_bytes"] - 1,
                }
                for way in ("cuda", "fake", "cpu")
                for row in recorded().get(way, {}).get("rows", ())
            ],
            hide_index=True,
            alt="Every measurement beside its estimate",
            column_config={"off": st.column_config.NumberColumn(format="percent")},
        )


def rule_row(row: dict) -> dict:
    """What the lecture's rule says of a recorded case."""
    parameters = catalogue()[row["model"]].parameters
    rule = ServingRule(parameters, 16).total_bytes if row["kind"] == "serving" else TrainingRule(parameters).train_bytes
    return {**row, "estimated_bytes": rule}


@cache
def _accuracy_figure(title: str):  # noqa: ANN202  a plotly figure
    rows = [row for way in ("cuda", "fake") for row in recorded().get(way, {}).get("rows", ())]
    rows = [row for row in rows if row["what"] != "KV cache"]
    return charts.accuracy(rows, [rule_row(row) for row in rows], title)


def export(estimate: Estimate, card: Gpu) -> tuple[str, dict]:
    """The set-up and its terms as CSV and as data for JSON."""
    setup = {key: value for key, value in vars(estimate.setup).items()}
    rows = [_term_row(term) for term in estimate.terms]
    lines = ["part,bytes,low_bytes,high_bytes,exact"]
    lines += [f"{row['part']},{row['bytes']},{row['low_bytes']},{row['high_bytes']},{row['exact']}" for row in rows]
    data = {
        "model": estimate.architecture.name,
        "parameters": estimate.architecture.parameters,
        "gpu": card.name,
        "usable_bytes": card.usable_bytes,
        "setup": setup,
        "terms": rows,
        "total_bytes": round(estimate.total_bytes),
    }
    return "\n".join(lines) + "\n", data


def _term_row(term: Term) -> dict:
    return {
        "part": term.key,
        "bytes": round(term.size_bytes),
        "low_bytes": round(term.low_bytes),
        "high_bytes": round(term.high_bytes),
        "exact": term.exact,
        "formula": term.formula,
        "values": term.values,
        "source": term.source,
    }


def growth(arch: Architecture, setup: ServingSetup) -> str:
    """What one more token costs, in words."""
    each = KVCache(arch, tokens=1, bits=setup.kv_bits, gpus=setup.gpus).bytes_per_token
    return f"Every token of every conversation costs {each:,.0f} bytes of KV cache ({format_count(each)}B)."
