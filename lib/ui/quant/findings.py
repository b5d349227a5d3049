"""What a quantization run has shown: verdict, claims, changed tokens, texts side by side, runs from elsewhere."""

from __future__ import annotations

import dataclasses

import streamlit as st

from lib.charts.in_words import in_words
from lib.charts.quant import lab as charts
from lib.quant.findings.claims import CheckedClaim, Finding, check_claims
from lib.quant.findings.recorded import RecordedRun, recorded_runs, sizes_on_one_device
from lib.quant.findings.results import Results, short, table
from lib.quant.findings.verdict import verdict
from lib.quant.measure.loading.estimate import WIDTH_BYTES
from lib.quant.measure.run import RowMeasured
from lib.ui.kit import jobs
from lib.ui.kit.chapter import formula, measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.kit.weights import came_through
from lib.ui.quant.lab import KIND, charts_of, table_of
from lib.units import format_count, format_gb

SHOWN_TOKENS = 220


def what_happened(results: Results | None) -> None:
    """The verdict in words, once the run is over."""
    view = jobs.current(KIND)
    if results is None or view is None or view.state.active or not results.rows:
        return
    st.header("What happened", anchor=False)
    for sentence in verdict(results):
        happened(f"- {sentence}")
    nf4 = results.rows.get("nf4")
    if nf4 is not None and nf4.memory is not None and nf4.memory.footprint_bytes:
        width = WIDTH_BYTES[results.started.rest_dtype]
        formula(
            f"nf4: {format_count(results.started.linear_weights)} weights × 4.5 / 8 bytes, and "
            f"{format_count(results.started.other_weights)} that are not quantized × {width} bytes. "
            f"`get_memory_footprint` leaves out {format_gb(nf4.memory.left_out_bytes)} of scales and tables, which are "
            "in the true size."
        )


def text_with_changes(results: Results | None) -> None:
    """The text itself, with the tokens marked that one precision would have guessed otherwise."""
    rows = [row for row in results.rows.values() if row.quality and row.quality.agreement] if results else []
    if not rows:
        return
    st.header("The tokens it would now guess otherwise", anchor=False)
    names = [row.row for row in rows]
    default = "nf4" if "nf4" in names else names[-1]
    chosen = st.selectbox("Precision", names, names.index(default), format_func=short, key="changed_row")
    row = results.rows[chosen]
    changed = {token.position: token for token in row.quality.agreement.changed}
    happened(
        f"**{len(changed):,} of {row.quality.tokens:,}** times another token has become the likeliest. At a marked "
        f"place fp32 and {short(chosen)} expect different tokens; the text is what really stands there."
    )
    pieces = results.started.pieces[:SHOWN_TOKENS]
    marked = (_marked(piece) if place in changed else _inline(piece) for place, piece in enumerate(pieces))
    st.markdown("".join(marked) + " …")
    if changed:
        with st.expander("What they expected, place by place", icon=":material/table:"):
            show_table(
                [
                    {"Token": each.position, "The text": each.actual, "fp32 expected": each.before, "now": each.after}
                    for each in list(changed.values())[:40]
                ],
                alt="Tokens whose prediction changed",
            )


def side_by_side(results: Results | None) -> None:
    """What every precision wrote after one prompt, with the first other token marked."""
    rows = [row for row in results.rows.values() if row.generation] if results else []
    if not rows:
        return
    started, marked = results.started, "The first token unlike fp32's is :orange-background[marked]."
    read = "".join(started.prompt_pieces)
    if started.question is None:
        st.header("One prompt, written on", anchor=False)
        st.markdown(f"**{escape(read)} …** {marked}")
    else:
        st.header("One question, answered in every precision", anchor=False)
        st.markdown(f"**{escape(started.question)}** {marked}")
    same = [short(row.row) for row in rows if row.row != "fp32" and row.generation.first_difference is None]
    for row in rows:
        if row.row == "fp32":
            with st.container(border=True):
                st.markdown(f"**fp32** {_inline(''.join(row.generation.pieces))}")
                if same:
                    st.caption(f"The same, token for token: {', '.join(same)}.")
        elif row.generation.first_difference is not None:
            st.markdown(f"**{short(row.row)}** {_written(row)}")
    if started.question is not None:
        with st.expander("The question as the model reads it", icon=":material/chat:"):
            st.code(read, language=None, wrap_lines=True)


def _written(row: RowMeasured) -> str:
    pieces, place = row.generation.pieces, row.generation.first_difference
    if place >= len(pieces):
        return _inline("".join(pieces)) + " :orange-background[(ends here)]"
    before, after = "".join(pieces[:place]), "".join(pieces[place + 1 :])
    return f"{_inline(before)}{_marked(pieces[place])}{_inline(after)}"


def _marked(piece: str) -> str:
    """A token on a coloured ground; the space before it stays outside, or Markdown would not see the colour."""
    gap = " " if piece[:1] == " " else ""
    return f"{gap}:orange-background[{_inline(piece.strip(' ')) or '␣'}]"


def _inline(text: str) -> str:
    return escape(text.replace("\n", "⏎"))


def lecture_claims(results: Results | None) -> None:
    """The lecture's advantages and disadvantages against this run."""
    st.header("What the lecture claims, and what your run says", anchor=False)
    checked = check_claims(results)
    for side, column in zip(("advantage", "disadvantage"), st.columns(2), strict=True):
        with column:
            st.subheader(f"{side.capitalize()}s", anchor=False)
            for each in checked:
                if each.claim.side == side:
                    _claim(each)


def _claim(checked: CheckedClaim) -> None:
    icon, colour = {
        Finding.BY_DEFINITION: ("menu_book", "blue"),
        Finding.CONFIRMED: ("check_circle", "green"),
        Finding.NOT_CONFIRMED: ("cancel", "orange"),
        Finding.OPEN: ("hourglass_empty", "gray"),
    }[checked.finding]
    with st.container(border=True):
        says = f":{colour}[:material/{icon}:] **{checked.claim.claim}**: {checked.finding}"
        st.markdown(f"{says}\n\n{checked.because}")
        st.caption(f"Measured by {checked.claim.measured_by}.")


def recorded() -> None:
    """Runs from other machines, and what no machine could measure yet."""
    st.subheader("Recorded on other machines", anchor=False)
    runs = recorded_runs()
    if not any(run.on_gpu for run in runs):
        st.caption("No run on a GPU has been recorded for this course yet.")
    if not runs:
        return
    _larger_models(sizes_on_one_device(runs))
    shelf = st.expander("Every recorded run", icon=":material/history:", key="recorded_shelf", on_change="rerun")
    if shelf.open:  # closed it costs nothing: its charts and table would be made anew at every move of a slider
        with shelf:
            _recorded_run(runs)


def _recorded_run(runs: tuple[RecordedRun, ...]) -> None:
    titles = [run.title for run in runs]
    chosen = st.selectbox("Run", range(len(runs)), format_func=titles.__getitem__, key="recorded_run")
    run = runs[chosen]
    st.markdown(
        f"Recorded on **{escape(run.results.started.conditions.device)}**, {run.results.started.conditions.date}."
    )
    if run.random_weights:
        st.caption("The weights are random: memory and speed are those of a model of this size, quality means nothing.")
    charts_of(run.results, "recorded")
    table_of(run.results)
    started = run.results.started
    note = started.note or ""  # written where the run was made
    note = note and f" {note.replace('This processor', 'That processor')}"
    weights = f"; {started.weights.short}" if started.weights.short else ""
    through = came_through({started.model: started.weights.by_way_of}, "recorded")
    measured(f"Not on this machine: {started.conditions}{weights}.{note} {through}")


def _larger_models(runs: tuple[RecordedRun, ...]) -> None:
    """Why what slows a small model down makes a large one faster."""
    if len(runs) < 2:
        return
    figure = charts.speed_by_size(runs)
    st.plotly_chart(figure, key="recorded-sizes", alt=in_words(figure))
    st.markdown(
        "Writing a token reads every weight once. While all weights fit into the processor's caches, turning few bits "
        "back into numbers costs more than it saves; in a large model reading decides, and **fewer bits are faster**: "
        "on this processor, whose AVX-512 instructions the library uses. Without them the weights are unpacked in "
        "memory for every product, and fewer bits are slower."
    )
    own = " and ".join(format_count(run.results.started.parameters) for run in runs if not run.random_weights)
    measured(f"Not on this machine: {runs[-1].results.started.conditions}. Random weights but for {own or 'none'}.")


def exports(results: Results | None) -> tuple[list[dict] | None, dict | None]:
    """(table, everything) of the newest run."""
    if results is None or not results.rows:
        return None, None
    conditions = dataclasses.asdict(results.started.conditions)
    lines = table(results)
    view = jobs.current(KIND)
    run = {key: value for key, value in dataclasses.asdict(view.argument).items() if key != "text"} if view else {}
    claims = [
        {"claim": each.claim.claim, "finding": str(each.finding), "because": each.because}
        for each in check_claims(results)
    ]
    return lines, {"conditions": conditions, "run": run, "rows": lines, "verdict": verdict(results), "claims": claims}
