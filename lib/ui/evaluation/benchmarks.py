"""How a benchmark scores a model, item by item: the student answers, then the model does."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobView
from lib.evaluation.benchmarks import BenchmarkItem, benchmark_items
from lib.evaluation.errors import EvaluationError
from lib.evaluation.likelihood import (
    RULES,
    BenchmarkScore,
    Item,
    ItemScored,
    LikelihoodDone,
    LikelihoodRun,
    LikelihoodStarted,
)
from lib.ui.evaluation.answering_model import choose_model, expected_s, my_adapter
from lib.ui.evaluation.scored import show_scored_item
from lib.ui.kit import controls, jobs
from lib.ui.kit.problems import problem
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape

KIND, OWN = "likelihood", "likelihood-own"
JOB = "lib.evaluation.likelihood_job:score_items"
LIMIT_S = 300


def try_an_item() -> str:
    """One item: the student answers, then the model does, and what it did is shown. The model's name."""
    items = benchmark_items()
    labels = {key: f"{each.kind} ({each.style})" for key, each in items.items()}
    kind_box, model_box = st.columns(2)
    with kind_box:
        key = controls.select("Kind of task (in the style of)", labels, "reasoning", key="item")
    with model_box:
        model = choose_model()
    chosen = items[key]
    st.caption(f"Benchmarks of this kind: {', '.join(chosen.benchmarks)}.")
    st.code(_as_written(chosen), language=None, wrap_lines=True)
    answer = st.radio(
        "Your answer", list(chosen.item.choices), index=None, key=f"answer_{key}", persist_state="session"
    )
    if answer is None:
        st.caption("Answer first; then look at what the model does.")
        return model
    right = chosen.item.choices[chosen.item.gold]
    st.markdown(
        ":green[:material/check_circle:] That is the gold answer."
        if answer == right
        else f":red[:material/cancel:] The gold answer is “{escape(right)}”."
    )
    _ask_the_model(model)
    view = jobs.current(KIND)
    found = _found(view, key)
    if found is not None:
        show_scored_item(found, view.argument.model, "item")
        st.markdown(f"**How the real benchmark does it.** {chosen.real}")
        st.caption(chosen.source)
    return model


def _as_written(chosen: BenchmarkItem) -> str:
    if chosen.item.contexts:
        return "\n".join(f"{context} {chosen.item.context}" for context in chosen.item.contexts)
    return chosen.item.context


def _ask_the_model(model: str) -> None:
    view = jobs.current(KIND)
    adapter = my_adapter(model)
    tuned = adapter is not None and controls.toggle("With my adapter from Live LoRA", False, key="tuned")
    st.button(
        "Let the model answer all ten",
        type="primary",
        icon=":material/smart_toy:",
        on_click=_ask_all_items,
        args=(model, adapter if tuned else None),
        disabled=view is not None and view.state.active,
    )
    jobs.live(KIND, _show_items_done)


def _ask_all_items(model: str, adapter: bytes | None) -> None:
    run = LikelihoodRun(model, tuple(each.item for each in benchmark_items().values()), adapter)
    jobs.submit(KIND, JOB, run, expected_s=expected_s(model), time_limit_s=LIMIT_S)


def _show_items_done(view: JobView) -> None:
    done, total = len(_scored(view)), len(view.argument.items)
    if view.state.active:
        st.progress(done / total, f"Item {done} of {total}")


def _scored(view: JobView | None) -> tuple[ItemScored, ...]:
    return tuple(event for event in view.events if isinstance(event, ItemScored)) if view else ()


def _found(view: JobView | None, key: str) -> ItemScored | None:
    return next((each for each in _scored(view) if each.item.key == key), None)


def score() -> None:
    """All items at once: a benchmark score, and how little ten items say."""
    view = jobs.current(KIND)
    whole = BenchmarkScore(_scored(view))
    if not whole.items or view.state.active:
        return
    st.header("A score out of ten items", anchor=False)
    columns = st.columns(4)
    for column, rule in zip(columns, RULES, strict=False):
        column.metric(rule, f"{whole.right(rule)} of {len(whole.items)}", border=True)
    columns[3].metric("Guessing, on average", f"{whole.right_by_guessing:.1f}", border=True)
    right = whole.right("acc")
    st.markdown(
        f"By acc {view.argument.model} has **{right} of {len(whole.items)}**. Somebody who guesses gets at least that "
        f"many with a probability of **{whole.probability_by_guessing(right):.1%}**. "
        "Ten items say little all the same: real benchmarks have thousands."
    )
    items = benchmark_items()
    show_table(
        [
            {"Kind": items[each.item.key].kind, "Style": items[each.item.key].style}
            | {rule: "right" if each.correct(rule) else "wrong" for rule in RULES}
            | {"Margin (nats)": round(each.margin, 2)}
            for each in whole.items
        ],
        alt="Every item, right or wrong by each rule",
    )
    st.caption("Margin: the log-likelihood of the right choice less that of the best wrong one.")
    _say_what_was_measured(view)


def _say_what_was_measured(view: JobView) -> None:
    started = next((event for event in view.events if isinstance(event, LikelihoodStarted)), None)
    done = next((event for event in view.events if isinstance(event, LikelihoodDone)), None)
    if started and done:
        who = "with your adapter" if view.argument.adapter else "as it is"
        st.caption(
            f":material/speed: **Measured.** {started.model} {who}, {done.forward_passes} forward passes on "
            f"{'a GPU' if started.device.startswith('cuda') else 'the processor'} in {done.seconds:.1f} s, here, now. "
            f"Its context is {started.context_tokens:,} tokens."
        )


def own_item(model: str) -> None:
    """An item of the student's own, scored by the same job."""
    with st.expander("Write an item of your own", icon=":material/edit:"):
        context = controls.text("Question or beginning", "The cat drank the", key="own_context", max_chars=500)
        texts = st.columns(3)
        defaults = ("milk.", "moon.", "")
        choices = []
        for number, (column, default) in enumerate(zip(texts, defaults, strict=True), start=1):
            with column:
                choices.append(controls.text(f"Choice {number}", default, key=f"own_{number}", max_chars=200))
        written = tuple(choice for choice in choices if choice.strip())
        st.caption("The first is the right one.")
        try:
            item = Item("own", context, written, 0)
        except EvaluationError as error:
            problem(error)
            return
        st.button("Score it", on_click=_ask_own_item, args=(model, item), icon=":material/play_arrow:")
        jobs.live(OWN, lambda _: None)
        view = jobs.current(OWN)
        found = _found(view, "own")
        if found is not None:
            show_scored_item(found, view.argument.model, "own")


def _ask_own_item(model: str, item: Item) -> None:
    jobs.submit(OWN, JOB, LikelihoodRun(model, (item,)), expected_s=expected_s(model), time_limit_s=LIMIT_S)


def export() -> list[dict]:
    """Every choice of every item that has been scored."""
    return [
        {
            "item": each.item.key,
            "choice": choice.choice,
            "gold": index == each.item.gold,
            "log_likelihood_nats": choice.log_likelihood,
            "characters": len(choice.choice),
            "bytes": len(choice.choice.encode("utf-8")),
        }
        for each in _scored(jobs.current(KIND))
        for index, choice in enumerate(each.choices)
    ]
