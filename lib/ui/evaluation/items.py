"""One item of a benchmark: the student answers, then a model does; and an item of the student's own."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobView
from lib.evaluation.benchmarks import BenchmarkItem, benchmark_items
from lib.evaluation.errors import EvaluationError
from lib.evaluation.likelihood import Item, ItemScored, LikelihoodRun
from lib.ui.evaluation.answering_model import submit_likelihoods
from lib.ui.evaluation.scored import show_scored_item
from lib.ui.kit import controls, jobs
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.ui.models.choice import choose_model

KIND, OWN = "item", "own_item"


def answer_an_item() -> None:
    """The student answers first; then the model does, and what it did is shown."""
    items = benchmark_items()
    labels = {key: f"{each.kind} ({each.style})" for key, each in items.items()}
    kind_box, model_box = st.columns(2)
    with kind_box:
        key = controls.select("Kind of task (in the style of)", labels, "reasoning", key="item")
    model = choose_model(box=model_box)
    chosen = items[key]
    st.caption(f"Benchmarks of this kind: {', '.join(chosen.benchmarks)}.")
    st.code(_as_written(chosen), language=None, wrap_lines=True)
    answer = st.radio(
        "Your answer", list(chosen.item.choices), index=None, key=f"answer_{key}", persist_state="session"
    )
    if answer is None:
        st.caption("Answer first; then look at what the model does.")
    else:
        right = chosen.item.choices[chosen.item.gold]
        st.markdown(
            ":green[:material/check_circle:] That is the gold answer."
            if answer == right
            else f":red[:material/cancel:] The gold answer is “{escape(right)}”."
        )
        if _ask_and_show(KIND, "Let the model answer", model, chosen.item):
            st.markdown(f"**How the real benchmark does it.** {chosen.real}")
            st.caption(chosen.source)
    _answer_own_item(model)


def _as_written(chosen: BenchmarkItem) -> str:
    if chosen.item.contexts:
        return "\n".join(f"{context} {chosen.item.context}" for context in chosen.item.contexts)
    return chosen.item.context


def _answer_own_item(model: str) -> None:
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
        _ask_and_show(OWN, "Score it", model, item)


def _ask_and_show(kind: str, label: str, model: str, item: Item) -> bool:
    """A button that asks the model, and what it found of this item last; whether there is something to show."""
    view = jobs.current(kind)
    st.button(
        label,
        type="primary" if kind == KIND else "secondary",
        icon=":material/smart_toy:",
        on_click=submit_likelihoods,
        args=(kind, LikelihoodRun(model, (item,))),
        disabled=view is not None and view.state.active,
    )
    jobs.live(kind, lambda _: None)
    found = _found(view, item)
    if found is not None:
        show_scored_item(found, view.argument.model, kind)
    return found is not None


def _found(view: JobView | None, item: Item) -> ItemScored | None:
    events = view.events if view else ()
    return next((event for event in events if isinstance(event, ItemScored) and event.item.key == item.key), None)
