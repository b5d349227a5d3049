"""Benchmarks on the page: what the frameworks consider, and how a benchmark scores a model, item by item."""

from __future__ import annotations

import streamlit as st

from lib.charts import evaluation as charts
from lib.engine import JobView
from lib.evaluation.course import BenchmarkItem, benchmark_items, frameworks
from lib.evaluation.errors import EvaluationError
from lib.evaluation.likelihood import (
    RULES,
    Item,
    ItemScored,
    LikelihoodDone,
    LikelihoodRun,
    LikelihoodStarted,
    TokenScore,
)
from lib.models.catalogue import BUNDLED
from lib.ui.evaluation.who_answers import my_adapter
from lib.ui.kit import controls, jobs
from lib.ui.kit.problems import problem
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.kit.tokens import Chip, chips

KIND, OWN = "likelihood", "likelihood-own"
WANTED = ["Grammar", "Reasoning", "Reading comprehension", "Fairness"]
UNLIKELY = -6.0
MEANING = {
    "acc": "acc: the most probable choice as a whole",
    "acc_norm": "acc_norm: the most probable per character",
    "acc_bytes": "acc_bytes: the most probable per byte",
}


def framework_coverage() -> None:
    """Choose what matters; see which of the five frameworks considers it."""
    factors = list(dict.fromkeys(factor for each in frameworks() for factor in each.factors))
    wanted = st.pills(
        "What should a model be tested for?", factors, selection_mode="multi", default=WANTED, key="factors"
    )
    if not wanted:
        st.info("Choose at least one.", icon=":material/touch_app:")
        return
    st.plotly_chart(charts.coverage(frameworks(), wanted), key="coverage", alt=_coverage_in_words(wanted))
    for each in frameworks():
        st.markdown(f"[**{each.name}**]({each.link}): {each.about}", help=each.source)


def _coverage_in_words(wanted: list[str]) -> str:
    return "; ".join(
        f"{each.name}: {', '.join(f for f in wanted if f in each.factors) or 'none'}" for each in frameworks()
    )


def try_an_item() -> None:
    """One item: the student answers, then the model does, and what it did is shown."""
    items = benchmark_items()
    labels = {key: f"{each.kind} ({each.style})" for key, each in items.items()}
    key = controls.select("Kind of task (in the style of)", labels, "reasoning", key="item")
    chosen = items[key]
    st.caption(f"Benchmarks of this kind: {', '.join(chosen.benchmarks)}.")
    st.code(_shown(chosen), language=None, wrap_lines=True)
    answer = st.radio(
        "Your answer", list(chosen.item.choices), index=None, key=f"answer_{key}", persist_state="session"
    )
    if answer is None:
        st.caption("Answer first; then look at what the model does.")
        return
    right = chosen.item.choices[chosen.item.gold]
    st.markdown(
        ":green[:material/check_circle:] That is the gold answer."
        if answer == right
        else f":red[:material/cancel:] The gold answer is “{escape(right)}”."
    )
    _ask_the_model()
    found = _found(jobs.current(KIND), key)
    if found is not None:
        _show(found, f"item_{key}")
        st.markdown(f"**How the real benchmark does it.** {chosen.real}")
        st.caption(chosen.source)


def _shown(chosen: BenchmarkItem) -> str:
    if chosen.item.contexts:
        return "\n".join(f"{context} {chosen.item.context}" for context in chosen.item.contexts)
    return chosen.item.context


def _ask_the_model() -> None:
    view = jobs.current(KIND)
    active = view is not None and view.state.active
    adapter = my_adapter()
    tuned = adapter is not None and controls.toggle("With my adapter from Live LoRA", False, key="tuned")
    st.button(
        "Let the bundled model answer all ten",
        type="primary",
        icon=":material/smart_toy:",
        on_click=_submit_all,
        args=(adapter if tuned else None,),
        disabled=active,
    )
    jobs.live(KIND, _draw_progress)


def _submit_all(adapter: bytes | None) -> None:
    run = LikelihoodRun(BUNDLED, tuple(each.item for each in benchmark_items().values()), adapter)
    jobs.submit(KIND, "lib.evaluation.likelihood_job:score_items", run, expected_s=2.0, time_limit_s=60)


def _draw_progress(view: JobView) -> None:
    done = [event for event in view.events if isinstance(event, ItemScored)]
    total = len(view.argument.items)
    if view.state.active:
        st.progress(len(done) / total, f"Item {len(done)} of {total}")


def _found(view: JobView | None, key: str) -> ItemScored | None:
    if view is None:
        return None
    return next((event for event in view.events if isinstance(event, ItemScored) and event.item.key == key), None)


def _show(scored: ItemScored, key: str) -> None:
    """The choices' scores under a rule, and the tokens they are made of."""
    rule = controls.segmented("Picked by", MEANING, "acc", key="rule")
    st.plotly_chart(
        charts.choice_scores(scored, rule),
        key=f"choices_{key}",
        alt="; ".join(f"{choice.choice}: {RULES[rule](choice):.2f}" for choice in scored.choices),
    )
    picks = {name: scored.picked(name) for name in RULES}
    if len(set(picks.values())) > 1:
        told = ", ".join(f"{name} takes “{escape(scored.choices[at].choice)}”" for name, at in picks.items())
        st.info(f"The rules disagree: {told}. The same model, the same item.", icon=":material/compare_arrows:")
    if scored.truncated:
        st.warning("The beginning did not fit the model's context and was cut off.", icon=":material/content_cut:")
    with st.expander("Token by token: where a choice loses", icon=":material/data_array:"):
        for choice in scored.choices:
            row = [
                Chip(_token(token), None if token.log_probability < UNLIKELY else 2, numbered=False)
                for token in choice.tokens
            ]
            chips(f"{choice.choice}: {choice.log_likelihood:.2f} nats in {len(choice.tokens)} tokens", row)
        st.caption("Pale: the model thought this token less probable than 1 in 400 (e⁻⁶).")


def _token(token: TokenScore) -> str:
    """A token as it is, its spaces made visible, and its log-probability."""
    return f"{token.text.replace(' ', '␣')} {token.log_probability:.1f}"


def summary() -> None:
    """All items at once: a benchmark score, and how little ten items say."""
    view = jobs.current(KIND)
    scored = [event for event in view.events if isinstance(event, ItemScored)] if view else []
    if not scored or view.state.active:
        return
    st.header("A score out of ten items", anchor=False)
    items = benchmark_items()
    chance = sum(1 / len(each.item.choices) for each in scored)
    columns = st.columns(4)
    for column, rule in zip(columns, RULES, strict=False):
        column.metric(rule, f"{sum(each.correct(rule) for each in scored)} of {len(scored)}", border=True)
    columns[3].metric("Guessing, on average", f"{chance:.1f}", border=True)
    show_table(
        [
            {"Kind": items[each.item.key].kind, "Style": items[each.item.key].style}
            | {rule: "right" if each.correct(rule) else "wrong" for rule in RULES}
            | {"Margin (nats)": round(each.margin, 2)}
            for each in scored
        ],
        alt="Every item, right or wrong by each rule",
    )
    started = next((event for event in view.events if isinstance(event, LikelihoodStarted)), None)
    done = next((event for event in view.events if isinstance(event, LikelihoodDone)), None)
    if started and done:
        who = "with your adapter" if view.argument.adapter else "as pretrained"
        st.caption(
            f":material/speed: **Measured.** The bundled model {who}, {done.forward_passes} forward passes on "
            f"{'a GPU' if started.device.startswith('cuda') else 'the processor'} in {done.seconds:.1f} s, here, now. "
            f"Its context is {started.context_tokens} tokens. Ten items say little: the real benchmarks have thousands."
        )


def own_item() -> None:
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
        st.button("Score it", on_click=_submit_own, args=(item,), icon=":material/play_arrow:")
        jobs.live(OWN, lambda _: None)
        found = _found(jobs.current(OWN), "own")
        if found is not None:
            _show(found, "own")


def _submit_own(item: Item) -> None:
    run = LikelihoodRun(BUNDLED, (item,))
    jobs.submit(OWN, "lib.evaluation.likelihood_job:score_items", run, expected_s=1.5, time_limit_s=60)


def export() -> tuple[str | None, list | None]:
    view = jobs.current(KIND)
    scored = [event for event in view.events if isinstance(event, ItemScored)] if view else []
    if not scored:
        return None, None
    rows = [
        {
            "item": each.item.key,
            "choice": choice.choice,
            "gold": index == each.item.gold,
            "log_likelihood_nats": choice.log_likelihood,
            "characters": len(choice.choice),
            "bytes": len(choice.choice.encode("utf-8")),
        }
        for each in scored
        for index, choice in enumerate(each.choices)
    ]
    header = ",".join(rows[0])
    lines = [",".join(_cell(value) for value in row.values()) for row in rows]
    return "\n".join([header, *lines]) + "\n", rows


def _cell(value: object) -> str:
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text
