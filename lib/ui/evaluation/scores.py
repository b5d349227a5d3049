"""A small benchmark run on one model after another, and what its score says beside guessing."""

from __future__ import annotations

import streamlit as st

from lib.charts.evaluation import benchmarks as charts
from lib.engine import JobView
from lib.evaluation.benchmarks import Benchmark, benchmarks
from lib.evaluation.likelihood import (
    RULES,
    BenchmarkScore,
    ItemScored,
    LikelihoodDone,
    LikelihoodRun,
    LikelihoodStarted,
)
from lib.models.origin import weights_by_way_of
from lib.ui.evaluation.answering_model import my_adapter, submit_likelihoods
from lib.ui.evaluation.scored import MEANING
from lib.ui.kit import controls, jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.kit.weights import came_through
from lib.ui.models.choice import choose_model
from lib.ui.models.fetching import models_here

TUNED = ", with your adapter"
SIGNIFICANT = 0.05


def run_a_benchmark() -> list[dict]:
    """Choose a benchmark and a model, run it, and compare the models that have run. The rows of its run."""
    which_box, model_box = st.columns(2)
    with which_box:
        titles = {key: each.title for key, each in benchmarks().items()}
        key = controls.select("Benchmark", titles, "easy", key="benchmark")
    model = choose_model(box=model_box)
    benchmark = benchmarks()[key]
    st.caption(f"{benchmark.about}.")
    adapter = my_adapter(model)
    tuned = adapter is not None and controls.toggle("With my adapter from Live LoRA", False, key="tuned")
    name = model + (TUNED if tuned else "")
    kind = _kind(key, name)
    view = jobs.current(kind)
    st.button(
        "Run the benchmark",
        type="primary",
        icon=":material/play_arrow:",
        on_click=submit_likelihoods,
        args=(kind, LikelihoodRun(model, benchmark.items, adapter if tuned else None)),
        disabled=view is not None and view.state.active,
    )
    jobs.live(kind, _show_items_done)
    rule = controls.segmented("Picked by", MEANING, "acc", key="rule")
    _compare_rules(key, rule)
    if view is None or view.state.active or not _scored(view).items:
        return []
    _say_what_it_means(name, _scored(view), rule)
    _show_items(benchmark, _scored(view))
    _say_what_was_measured(view)
    return _choice_rows(_scored(view))


def _kind(benchmark: str, name: str) -> str:
    """A kind of job for every model, so that the results of all of them are kept."""
    return f"benchmark {benchmark} {name}"


def _show_items_done(view: JobView) -> None:
    done, total = len(_scored(view).items), len(view.argument.items)
    if view.state.active:
        st.progress(done / total, f"Item {done} of {total}")


def _scored(view: JobView | None) -> BenchmarkScore:
    return BenchmarkScore(tuple(event for event in view.events if isinstance(event, ItemScored)) if view else ())


def _compare_rules(key: str, rule: str) -> None:
    names = [f"{model}{tuned}" for model in models_here()[0] for tuned in ("", TUNED)]
    views = {name: jobs.current(_kind(key, name)) for name in names}
    found = {name: _scored(view) for name, view in views.items() if view and not view.state.active}
    found = {name: score for name, score in found.items() if score.items}
    if found:
        st.plotly_chart(
            charts.scores(found, rule),
            key="scores",
            alt="; ".join(f"{name}: {each.right(rule)} of {len(each.items)}" for name, each in found.items()),
        )
        st.caption("Dotted: guessing. The thin line at a bar's end: one standard error to either side.")
        asked = tuple(views[name].argument for name in found)
        if through := came_through(weights_by_way_of(asked), "compared"):
            st.caption(through)


def _say_what_it_means(name: str, score: BenchmarkScore, rule: str) -> None:
    right, probability = score.right(rule), score.probability_by_guessing(score.right(rule))
    chance = "less than 1 in 1,000" if probability < 0.001 else f"{probability:.1%}"
    verdict = "guessing hardly explains it" if probability < SIGNIFICANT else "so it may be nothing but luck"
    happened(
        f"**{escape(name)}** has **{right} of {len(score.items)}** by {rule}: {score.share(rule):.0%}, with a standard "
        f"error of {score.standard_error(rule):.0%}. Guessing gives {score.right_by_guessing:.1f} on "
        f"average, and at least {right} with a probability of **{chance}**: {verdict}."
    )


def _show_items(benchmark: Benchmark, score: BenchmarkScore) -> None:
    named = dict(zip(benchmark.items, benchmark.names, strict=True))
    show_table(
        [
            {"Item": named[each.item]}
            | {rule: "right" if each.correct(rule) else "wrong" for rule in RULES}
            | {"Taken by acc": each.item.choices[each.picked("acc")], "Margin (nats)": round(each.margin, 2)}
            for each in score.items
        ],
        alt="Every item, right or wrong by each rule",
    )
    st.caption("Margin: the log-likelihood of the right choice less that of the best wrong one.")


def _say_what_was_measured(view: JobView) -> None:
    started = next((event for event in view.events if isinstance(event, LikelihoodStarted)), None)
    done = next((event for event in view.events if isinstance(event, LikelihoodDone)), None)
    if started and done:
        st.caption(
            f":material/speed: **Measured.** {done.choices} choices scored on "
            f"{'a GPU' if started.device.startswith('cuda') else 'the processor'} in {done.seconds:.1f} s, here, now. "
            f"The model's context is {started.context_tokens:,} tokens."
        )


def _choice_rows(score: BenchmarkScore) -> list[dict]:
    return [
        {
            "item": each.item.key,
            "choice": choice.choice,
            "gold": index == each.item.gold,
            "log_likelihood_nats": choice.log_likelihood,
            "characters": len(choice.choice),
            "bytes": len(choice.choice.encode("utf-8")),
        }
        for each in score.items
        for index, choice in enumerate(each.choices)
    ]
