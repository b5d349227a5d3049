"""The landscape: filters, the chart, who grew and who shrank, in words made from the data."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib import ui
from lib.charts.lesson import landscape as charts
from lib.lesson.scaling.landscape import (
    CHINCHILLA_RATIO,
    LanguageModel,
    Move,
    Wanted,
    Year,
    by_year,
    chosen,
    landscape,
    moves,
    organisations,
    undertrained,
)
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.units import format_count, format_digits, number_of

AXES = {"size": "Size by year", "text": "Text by year", "both": "Size against text"}
OPEN = {"all": "Open and closed", "open": "Open weights", "closed": "Closed"}
KIND = {"all": "Every kind", "dense": "Dense", "moe": "Mixture of experts"}
EVERYBODY = "Everybody"


def the_landscape() -> list[dict]:
    """The rows to take away."""
    axes = controls.segmented("Show", AXES, "size", key="ms_axes")
    wanted, names = _filters()
    models = chosen(wanted)
    if not models:
        st.info(
            "No model of the list is like this. Widen the years, or take everybody.", icon=":material/filter_alt_off:"
        )
        return []
    years = by_year(models)
    title = _trend_in_a_title(axes, models)
    if axes == "both":
        fig = charts.size_against_text(models, title, names=names)
    else:
        fig = charts.over_time(models, "parameters" if axes == "size" else "tokens", title, names=names)
    st.plotly_chart(fig, key="ms_chart", alt=f"{title}. {number_of(len(models), 'model')}.")
    silent = sum(each.parameters is None for each in models)
    ui.published(
        f"{len(models)} of {len(landscape())} models, each from its own paper, model card or announcement. "
        f"{silent} {'does not disclose its' if silent == 1 else 'do not disclose their'} size: a cross on the lower "
        "edge, never an estimate."
    )
    _say_who_grew_and_shrank(models, years)
    with st.expander("Year by year", icon=":material/table:"):
        show_table([_year_row(year) for year in years], alt="Medians of each year")
    with st.expander("Every model and its source", icon=":material/menu_book:"):
        show_table(_model_rows(models), alt="Models with their sources", column_config=_links())
    return _model_rows(models)


def _filters() -> tuple[Wanted, bool]:
    """Which models, and whether the chart names some of them."""
    first, last = landscape()[0].year, landscape()[-1].year
    with st.expander("More: open or closed, kind, maker, years, names", icon=":material/filter_alt:"):
        openness = controls.segmented("Weights", OPEN, "all", key="ms_open")
        kind = controls.segmented("Kind", KIND, "all", key="ms_kind")
        who = controls.select("Maker", [EVERYBODY, *organisations()], EVERYBODY, key="ms_who")
        left, right = st.columns(2)
        with left:
            begin = controls.slider("From", first, last, first, key="ms_from")
        with right:
            end = controls.slider("To", first, last, last, key="ms_to")
        names = controls.toggle("Names on points", True, key="ms_names", help="Off is clearer on a phone.")
    return Wanted(begin, end, openness, kind, None if who == EVERYBODY else who), names


def _trend_in_a_title(axes: str, models: Sequence[LanguageModel]) -> str:
    sized = [each for each in models if each.parameters]
    read = [each for each in models if each.tokens]
    if axes == "size" and sized:
        first, largest = sized[0], max(sized, key=lambda each: each.parameters)
        return (
            f"From {first.name}'s {format_count(first.parameters)} to {largest.name}'s "
            f"{format_count(largest.parameters)} parameters"
        )
    if axes == "text" and read:
        least, most = min(read, key=lambda each: each.tokens), max(read, key=lambda each: each.tokens)
        return f"From {format_count(least.tokens)} tokens ({least.name}) to {format_count(most.tokens)} ({most.name})"
    below, both = undertrained(models)
    if axes == "both" and both:
        return f"{both - below} of {both} models read at least {CHINCHILLA_RATIO:.0f} tokens for every parameter"
    return f"Not disclosed by any of these: {number_of(len(models), 'model')}"


def _say_who_grew_and_shrank(models: Sequence[LanguageModel], years: Sequence[Year]) -> None:
    told = [year for year in years if year.median_active and year.median_tokens]
    lines = []
    if len(told) > 1:
        peak, newest = max(told, key=lambda year: year.median_active), told[-1]
        if peak.year < newest.year:
            lines.append(
                f"**What works on a token peaked, the text did not.** The median model had "
                f"{format_count(peak.median_active)} parameters at work on a token in {peak.year} and "
                f"{format_count(newest.median_active)} in {newest.year}; the median text went from "
                f"{format_count(peak.median_tokens)} to {format_count(newest.median_tokens)} tokens."
            )
    found = moves(models)
    grew = [_moved(move) for move in found if move.total_times >= 2][:4]
    shrank = [_fell(move) for move in sorted(found, key=lambda move: move.since_peak) if move.since_peak <= 0.5][:4]
    if grew:
        lines.append(
            "**Grew**, by the largest disclosed model of a maker's first year and that of its newest: "
            + "; ".join(grew)
            + "."
        )
    if shrank:
        lines.append("**Shrank**, by the newest against the largest ever: " + "; ".join(shrank) + ".")
    below, both = undertrained(models)
    if both:
        lines.append(
            f"**Tokens per parameter.** {below} of {both} that disclose both read fewer than Chinchilla's "
            f"{CHINCHILLA_RATIO:.0f} for each parameter at work."
        )
    happened("\n".join(f"- {line}" for line in lines))


def _moved(move: Move) -> str:
    names = f"{escape(move.first.name)} to {escape(move.newest.name)}"
    said = f"{escape(move.organisation)} × {format_digits(move.total_times, 3)} ({names}"
    if move.active_times is not None and move.active_times < 0.8 * move.total_times:
        said += f"; at work on a token × {format_digits(move.active_times, 2)}"
    return said + ")"


def _fell(move: Move) -> str:
    return (
        f"{escape(move.organisation)} from {format_count(move.peak.parameters)} ({escape(move.peak.name)}, "
        f"{move.peak.year}) to {format_count(move.newest.parameters)} ({escape(move.newest.name)}, {move.newest.year})"
    )


def _year_row(year: Year) -> dict:
    def shown(value: float | None) -> str:
        return "not disclosed" if value is None else format_count(value)

    return {
        "year": str(year.year),
        "models": year.models,
        "size disclosed": year.disclosed,
        "median parameters": shown(year.median_parameters),
        "median at work on a token": shown(year.median_active),
        "median tokens": shown(year.median_tokens),
        "median tokens per parameter": "not disclosed" if year.median_ratio is None else f"{year.median_ratio:,.0f}",
        "largest": year.largest.name if year.largest else "not disclosed",
    }


def _model_rows(models: Sequence[LanguageModel]) -> list[dict]:
    return [
        {
            "model": each.name,
            "organisation": each.organisation,
            "released": each.released,
            "parameters": each.parameters,
            "active_parameters": each.active_parameters,
            "mixture_of_experts": {True: "yes", False: "no", None: "not disclosed"}[each.moe],
            "tokens": each.tokens,
            "tokens_per_active_parameter": each.tokens_per_parameter and round(each.tokens_per_parameter, 1),
            "open_weights": "yes" if each.open_weights else "no",
            "note": each.note or "",
            "source": each.source.title,
            "url": each.source.url,
        }
        for each in models
    ]


def _links() -> dict:
    return {
        "url": st.column_config.LinkColumn("url"),
        "parameters": st.column_config.NumberColumn(format="compact"),
        "active_parameters": st.column_config.NumberColumn(format="compact"),
        "tokens": st.column_config.NumberColumn(format="compact"),
    }
