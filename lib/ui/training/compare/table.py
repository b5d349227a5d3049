"""Settings, cost and forgetting as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.training.comparing.calculated import architecture_of, calculated
from lib.training.comparing.outcomes import Column, Measure
from lib.training.comparing.ran_with import ran_with
from lib.training.forgetting.known import has_facts
from lib.training.methods.counting import trained_parameters
from lib.training.texts import datasets
from lib.ui.kit.presenting.recorded_run import when_measured
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.units import format_duration, format_gb, number_of


def cost_table(found: Sequence[Column]) -> None:
    """A column a setting: first what it ran with, then a row a figure, as the mean over its seeds."""
    whole = [column for column in found if column.whole]
    labels = [column.setting.label for column in whole]
    chosen = ran_with([column.setting.run for column in whole])
    figures = {column.setting.label: _figures(column) for column in whole}
    names = list(dict.fromkeys(name for each in figures.values() for name in each))
    rows = [{"": name, **dict(zip(labels, values, strict=True))} for name, values in chosen.items()]
    rows += [{"": name, **{label: each.get(name, "") for label, each in figures.items()}} for name in names]
    st.caption(f":material/tune: {_of_all(whole)}")
    show_table(rows, alt="Settings, cost and forgetting of each run", width="stretch", height="content")


def _of_all(whole: Sequence[Column]) -> str:
    """What all settings ran with alike, as they were started: the controls may have been moved since."""
    run = whole[0].setting.run
    seeds = [str(seed) for seed in sorted({outcome.seed for column in whole for outcome in column.whole})]
    trained = f"{number_of(run.steps, 'step')} with {number_of(run.batch_size, 'text')} in a batch, "
    return (
        f"Each setting: {escape(run.model)}, texts “{datasets.catalogue()[run.dataset]}”, "
        f"{trained if any(column.method.trains for column in whole) else ''}"
        f"seed{'s' if len(seeds) > 1 else ''} {', '.join(seeds)}."
    )


def _figures(column: Column) -> dict[str, str]:
    run, cost = column.setting.run, column.whole[0].cost
    by_formula = trained_parameters(run, architecture_of(run.model))
    counted = f"{cost.trainable:,}" + ("" if by_formula == cost.trainable else f" (formula: {by_formula:,})")
    states = calculated(run, cost.kept_in)
    told = {
        "Held-out loss": _mean_and_spread(column, lambda outcome: outcome.loss),
        "Learnt (nats per token)": _mean_and_spread(column, lambda outcome: outcome.learnt),
        "Perplexity on a book, before": _one(column, lambda outcome: outcome.forgotten.before.book_perplexity, 0),
        "Perplexity on a book, after": _one(column, lambda outcome: outcome.forgotten.after.book_perplexity, 0),
        "Forgot (nats per token)": _mean_and_spread(column, lambda outcome: outcome.forgot),
    }
    if has_facts(run.model):
        decimals = 1 if len(column.whole) > 1 else 0  # a mean over seeds need not be whole
        told["Facts known, before → after"] = (
            f"{column.whole[0].forgotten.before.facts_known} → "
            f"{_one(column, lambda outcome: outcome.forgotten.after.facts_known, decimals)}"
        )
    return told | {
        "Trained parameters, counted": counted,
        "Weights": _beside(cost.weights_bytes, states.weights),
        "Gradients": _beside(cost.gradients_bytes, states.gradients),
        "Optimizer": _beside(cost.optimizer_bytes, states.optimizer),
        "Time": format_duration(column.mean(lambda outcome: outcome.cost.seconds)),
        "On disk": format_gb(cost.files_bytes) if cost.files_bytes else "nothing",
    }


def _beside(measured_bytes: int, by_formula_bytes: float) -> str:
    measured, by_formula = format_gb(measured_bytes), format_gb(by_formula_bytes)
    return f"{measured} ✓" if measured == by_formula else f"{measured} (calculator {by_formula})"


def _one(column: Column, measure: Measure, decimals: int) -> str:
    return f"{column.mean(measure):.{decimals}f}"


def _mean_and_spread(column: Column, measure: Measure) -> str:
    spread = column.spread(measure)
    return f"{round(column.mean(measure), 2) + 0.0:.2f}" + (f" (spread {spread:.2f})" if spread else "")


def what_the_figures_are(found: Sequence[Column]) -> None:
    """Under the table: what was measured, how, and what cannot be."""
    facts = any(has_facts(column.setting.run.model) for column in found)
    asked = (
        "A fact is known if the right answer is likelier than three wrong ones."
        if facts
        else "The bundled model has read a few old books and knows no facts, so only the book is measured on it."
    )
    st.caption(
        f":material/speed: **Measured** {when_measured()}: memory is the sum of the bytes of all tensors of a kind, "
        "beside what the memory calculator says by formula (✓ where it says the same); learnt and forgot are against "
        "the base model (on Wells's *The Time Machine*); spread is the largest less the smallest over the seeds. "
        f"{asked}"
    )


def facts_table(found: Sequence[Column]) -> None:
    """Which facts each setting still knows, with its first seed."""
    whole = [column for column in found if column.whole and column.whole[0].forgotten.before.facts]
    if not whole:
        return
    before = whole[0].whole[0].forgotten.before.facts
    rows = pd.DataFrame({"": [fact.prompt for fact in before], "before": [fact.picked for fact in before]})
    for column in whole:
        rows[column.setting.label] = [fact.picked for fact in column.whole[0].forgotten.after.facts]
    with st.expander("Ten facts, and what each setting says now", icon=":material/public:"):
        show_table(rows.to_dict("records"), alt="Ten facts after each setting", width="stretch")
