"""The quantization lab's parts: what to measure, the run as it goes, and what it has shown."""

from __future__ import annotations

import streamlit as st

from lib.charts.in_words import in_words
from lib.charts.quant import lab as charts
from lib.engine import JobView
from lib.errors import StudentError
from lib.models.catalogue import BUNDLED, find
from lib.models.chat import can_chat
from lib.models.errors import ModelUnavailable
from lib.quant.findings.results import Results, collect, short
from lib.quant.measure.duration import expected_s, time_limit_s
from lib.quant.measure.run import (
    LIBRARY_PRECISIONS,
    LONGEST_PROMPT,
    ROUND_TO_NEAREST,
    SHORT_TITLES,
    USUAL_PROMPT,
    USUAL_QUESTION,
    QuantizationRun,
    RowMeasured,
    held_out_excerpt,
)
from lib.quant.measure.scoring.quality import Quality
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import measured
from lib.ui.kit.problems import problem
from lib.ui.kit.tables import show_table
from lib.ui.models.choice import choose_model
from lib.ui.models.fetching import fetch_others, models_here
from lib.units import format_count, format_gb

KIND = "quantization"
TEXTS = {"held out": "A text it has not read", "own": "A text of your own"}
RESTS = {"bf16": "bf16", "fp32": "fp32"}
NOTHING = "–"
LOST_PERPLEXITY = 1000.0


def run_controls() -> QuantizationRun | None:
    """The controls; None (and what is wrong) if they make no run."""
    choose, round_too = st.columns(2, vertical_alignment="bottom")
    model = choose_model(box=choose)
    small = model == BUNDLED
    mine = "" if small else f":{model}"  # what suits one model does not suit another: each has its own
    with round_too:
        rounding = controls.toggle("Also round to nearest, 8 down to 2 bits", small, key=f"rtn{mine}")
    chats = _can_chat(model)
    prompt = controls.text(
        "Question" if chats else "Prompt",
        USUAL_QUESTION if chats else USUAL_PROMPT,
        key=f"prompt{mine}",
        max_chars=LONGEST_PROMPT,
        help="It is put into the model's chat format." if chats else "The model writes on from here.",
    )
    with st.expander("More", icon=":material/tune:"):
        text = _text(model)
        tokens = controls.slider("Tokens scored, at most", 512, 4096, 1536, key="tokens", step=256)
        overlap = controls.slider(
            "Overlap of the windows",
            0,
            224,
            128,
            key="overlap",
            step=32,
            help="Tokens that a window reads once more, so that every scored token has at least this many before it.",
        )
        rest = controls.segmented(
            "Unquantized layers beside int8, fp4 and nf4", RESTS, "bf16", key="rest", help="Embeddings, norms, LM head."
        )
        temperature = controls.slider("Temperature (0 is greedy)", 0.0, 1.5, 0.0, key="temperature", step=0.1)
        seed = controls.number("Seed", 0, 1_000_000, 0, key="seed")
    fetch_others(models_here()[1])
    try:
        return QuantizationRun(
            model=model,
            precisions=LIBRARY_PRECISIONS + (ROUND_TO_NEAREST if rounding else ()),
            text=text,
            tokens=tokens,
            overlap=overlap,
            rest_dtype=rest,
            prompt=prompt,
            temperature=temperature,
            seed=seed,
        )
    except StudentError as error:
        problem(error)
        return None


def _can_chat(model: str) -> bool:
    try:
        return can_chat(find(model))
    except ModelUnavailable:  # said when it is measured
        return False


def _text(model: str) -> str | None:
    if controls.segmented("Text to read", TEXTS, "held out", key="text") == "held out":
        excerpt = held_out_excerpt(model)
        st.caption(f"{excerpt.credit}. {excerpt.note}")
        return None
    # No max_chars: a box that cuts a long text in silence would score another text than the student gave.
    pasted = st.text_area("Your text", key="own_text", height=160, persist_state="session")
    return pasted or ""


def start_and_stop(run: QuantizationRun | None) -> None:
    jobs.start_and_stop(KIND, "Measure", _queue_measuring, run)


def _queue_measuring(run: QuantizationRun) -> None:
    limit_s = time_limit_s(run.model)
    times = {"expected_s": expected_s(run), "time_limit_s": limit_s}
    # Wide, whatever the model: the speeds on the page are those of the machine, and nothing else goes meanwhile.
    jobs.submit(KIND, "lib.quant.measure.job:measure", run, **times, model=run.model, wide=True)


def results_now() -> Results | None:
    """What this browser's newest run has measured so far."""
    view = jobs.current(KIND)
    return collect(view.events) if view is not None else None


def stage() -> None:
    """Charts and table of the newest run, growing row by row."""
    if jobs.current(KIND) is None:
        st.info(
            "Press Measure: the model is loaded once in every precision, and each row appears as soon as it is "
            "measured.",
            icon=":material/play_circle:",
        )
    jobs.live(KIND, _draw_rows)


def _draw_rows(view: JobView) -> None:
    results = collect(view.events)
    if results is None:
        st.progress(0.0, "Starting")
        return
    if view.state.active and results.progress is not None:
        done = results.progress
        st.progress(min(done.done_share, 1.0), f"{short(done.row)}: {done.doing}")
    charts_of(results, "live")
    table_of(results)
    for row in results.failed.values():
        problem(row.message)
    if not results.rows:
        return
    started = results.started
    tokens = next((row.quality.tokens for row in results.rows.values() if row.quality), 0)
    note = f" {started.note}" if started.note else ""
    name = f"{started.model} ({started.weights.short})" if started.weights.short else started.model
    shared = [short(row.row) for row in results.rows.values() if row.load_s is None]
    if shared:
        note += f" Read from copies that another run had loaded: {', '.join(shared)}."
    if results.finished is not None and results.finished.busy:
        note += (
            f" The machine was busy (load {results.finished.load:.0f} on {results.finished.cores} cores), so speeds "
            "are lower and vary more than on a quiet one."
        )
    measured(
        f"{name}, {format_count(started.parameters)} parameters, on {started.conditions}. {tokens:,} tokens, window "
        f"{started.window}, stride {started.stride}; speed is a median of repeats after a warm-up, ended once two in a "
        f"row agree within 1%, and bars are the quartiles.{note}"
    )


def charts_of(results: Results, key: str) -> None:
    """Quality and speed against bytes, one below the other: fourteen labels need the width."""
    if any(row.quality and row.memory for row in results.rows.values()):
        figure = charts.quality_against_bytes(results)
        st.plotly_chart(figure, key=f"{key}-quality", alt=in_words(figure))
    if any(row.memory for row in results.with_speed()):
        figure = charts.speed_against_bytes(results)
        st.plotly_chart(figure, key=f"{key}-speed", alt=in_words(figure))


def table_of(results: Results) -> None:
    """Every row; columns in which nothing was measured are left out."""
    rows = [_table_line(row) for row in results.rows.values()]
    columns = [name for name in (rows[0] if rows else ()) if any(row[name] != NOTHING for row in rows)]
    if rows:
        show_table(
            [{name: row[name] for name in columns} for row in rows],
            height="content",
            alt="Every precision with its memory, quality and speed",
        )


def _table_line(row: RowMeasured) -> dict:
    memory, quality, speed = row.memory, row.quality, row.speed
    agreement = quality.agreement if quality else None
    return {
        "Precision": SHORT_TITLES[row.row],
        "True size": f"{format_gb(memory.true_bytes)}{' (formula)' if memory.simulated else ''}" if memory else NOTHING,
        "Perplexity": _perplexity(quality) if quality else NOTHING,
        "Change": _percent(quality.perplexity_change_percent) if agreement else NOTHING,
        "KL from fp32": f"{agreement.kl_nats:.2g}" if agreement else NOTHING,
        "Same top token": f"{agreement.top1_share:.1%}" if agreement else NOTHING,
        "Reads (tokens/s)": f"{speed.prefill_tokens_per_s.median:,.0f}" if speed else NOTHING,
        "Writes (tokens/s)": f"{speed.decode_tokens_per_s.median:,.0f}" if speed else NOTHING,
        "Footprint": format_gb(memory.footprint_bytes) if memory and memory.footprint_bytes else NOTHING,
        "File": format_gb(memory.file_bytes) if memory and memory.file_bytes else NOTHING,
        "CUDA peak": format_gb(memory.peak_bytes) if memory and memory.peak_bytes else NOTHING,
    }


def _perplexity(quality: Quality) -> str:
    """Decimals of a model that has come to pieces say nothing."""
    digits = 2 if quality.perplexity < LOST_PERPLEXITY else 0
    return f"{quality.perplexity:,.{digits}f} ± {quality.perplexity_error:,.{digits}f}"


def _percent(change: float) -> str:
    digits = 2 if change < LOST_PERPLEXITY else 0
    return "0.00%" if abs(change) < 0.005 else f"{change:+,.{digits}f}%"
