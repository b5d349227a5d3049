"""Bug hunt: a run with something wrong, diagnosed by the student before the page tells, then repaired."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.charts.training import loss
from lib.engine import JobView
from lib.training.duration import run_expected_s, run_time_limit_s
from lib.training.events import Forgotten
from lib.training.faults.cases import CAUSES, Fault, cases
from lib.training.faults.outcome import outcome
from lib.training.faults.run import BrokeOff, CaseEvent, CaseRun, Outcome, Preview, Trainable
from lib.training.progress import progress
from lib.training.texts.prompts import Completion
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.kit.tokens import Chip, chips
from lib.units import format_digits

FOUND, REPAIRED = "bug:found", "bug:repaired"
FIRST_TRY, LATER, NO = "at the first try", "later", "not yet"
HELD_IN = {"nf4-double": "4 bits (NF4)"}
AFTERWARDS_S = 10.0
"""For the preview and what is measured at the end."""


def chosen_case() -> tuple[int, Fault]:
    """(Number, fault) of the case on the page; their order is by seed."""
    order_by, number_of = st.columns(2)
    with order_by:
        seed = controls.number("Seed of the order", 0, 1_000_000, 0, key="bug_seed")
    order = cases(seed)
    with number_of:
        number = controls.pick("Case", list(range(1, len(order) + 1)), 1, key="bug_case")
    return number, order[number - 1]


def hunt(number: int, fault: Fault) -> None:
    """Run it, look, say what is wrong; only then what it was, and the repair."""
    kind = f"bug-{fault.key}"
    st.header(f"Case {number}: what is wrong with this run?", anchor=False)
    jobs.start_and_stop(kind, "Run the case", _queue_case, kind, fault.make(fault.as_found))
    jobs.live(kind, lambda view: _evidence(view, kind))
    view = jobs.current(kind)
    found = outcome(view.events) if view and not view.state.active else None
    if found is None:
        return
    if _diagnosed(fault):
        _explain(fault, found)
        _repair(fault)


def score_card() -> list[dict]:
    """What this session has found and repaired so far, also as rows to take away."""
    found, repaired = st.session_state.get(FOUND, {}), st.session_state.get(REPAIRED, set())
    seed = int(st.session_state.get("bug_seed") or 0)
    rows = [
        {
            "case": number,
            "found": found.get(fault.key, (NO,))[0],
            "repaired": "yes" if fault.key in repaired else "no",
            "cause": fault.cause if found.get(fault.key, (NO,))[0] != NO else "?",
        }
        for number, fault in enumerate(cases(seed), start=1)
    ]
    st.header("Score card", anchor=False)
    solved = sum(row["found"] != NO for row in rows)
    happened(f"**{solved} of {len(rows)} found, {sum(row['repaired'] == 'yes' for row in rows)} repaired**")
    with st.expander("Case by case", icon=":material/scoreboard:"):
        show_table(rows, alt="Found and repaired, case by case")
    return rows


def _queue_case(kind: str, case: CaseRun) -> None:
    run = case.run
    seconds = {
        "expected_s": run_expected_s(run) + AFTERWARDS_S,
        "time_limit_s": run_time_limit_s(run) + 6 * AFTERWARDS_S,
    }
    jobs.submit(kind, "lib.training.faults.job:investigate", case, **seconds, model=run.model)


def _evidence(view: JobView, key: str) -> None:
    """Curve, gradient, samples and token preview: the same for every case, whatever is wrong."""
    told, run = progress(view.events), view.argument.run
    if view.state.active:
        st.progress(told.step / run.steps, f"Step {told.step} of {run.steps}")
    if told.held_out:
        alt = loss.describe(told.held_out)
        st.plotly_chart(loss.loss_curve(told.steps, told.held_out, run.steps), key=f"{key}-loss", alt=alt)
    broke = next((event for event in view.events if isinstance(event, BrokeOff)), None)
    if broke:
        st.warning(f"The run broke off at step {broke.step}: its loss was {broke.loss:,.1f}.", icon=":material/block:")
    if told.steps:
        norms = [step.grad_norm for step in told.steps]
        one, two, three = st.columns(3)
        one.metric("Gradient, first step", format_digits(norms[0], 3))
        two.metric("Gradient, largest", format_digits(max(norms), 3))
        pages = next((event for event in view.events if isinstance(event, Forgotten)), None)
        if pages:
            value, change = f"{pages.after.book_loss:.2f}", f"{pages.forgot_nats:+.2f}"
            three.metric("Loss on pages of a book", value, change, delta_color="inverse")
    _what_is_trained(view.events)
    for before, after in zip(told.before, told.after, strict=False):
        with st.container(border=True):
            left, right = st.columns(2)
            left.markdown(f"Before  \n{_completed_in_colour(before)}")
            right.markdown(f"After  \n{_completed_in_colour(after)}")
    preview = next((event for event in view.events if isinstance(event, Preview)), None)
    if preview:
        _what_it_saw(preview)


def _what_is_trained(events: Sequence[CaseEvent]) -> None:
    preview = next((event for event in events if isinstance(event, Preview)), None)
    trained = next((event for event in events if isinstance(event, Trainable)), None)
    if preview and trained:
        held_in = HELD_IN.get(preview.base_held_in, preview.base_held_in)
        st.caption(f"Base held in {held_in}. Trained parameters: {trained.in_a:,} in A, {trained.in_b:,} in B.")


def _what_it_saw(preview: Preview) -> None:
    with st.expander("What the model was given, token by token", icon=":material/data_array:"):
        for number, row in enumerate(preview.training, start=1):
            tokens = [Chip(token.text.replace(" ", "␣"), 0 if token.counts else None, numbered=False) for token in row]
            chips(f"Training text {number}", tokens)
        st.caption("Marked: the token counts in the loss. Pale: it is read, but nothing is learnt from predicting it.")
        rows = [{"held_out": held_out, "nearest_training_text": nearest} for held_out, nearest in preview.held_out]
        show_table(rows, alt="Held-out texts, each with the nearest training text")


def _completed_in_colour(completion: Completion) -> str:
    said = completion.continuation.strip()
    return f"{escape(completion.prompt)} :orange[{escape(said) or '…'}]"


def _diagnosed(fault: Fault) -> bool:
    """The student's diagnosis; True once it is right."""
    st.subheader("Your diagnosis", anchor=False)
    key = f"bug-{fault.key}-cause"
    cause = st.radio("What is wrong?", CAUSES, index=None, key=key, persist_state="session")
    if cause is None:
        return False
    found = st.session_state.setdefault(FOUND, {})
    how, tried = found.get(fault.key, (NO, ()))
    if how == NO and cause not in tried:
        tried = (*tried, cause)
        how = NO if cause != fault.cause else FIRST_TRY if len(tried) == 1 else LATER
        found[fault.key] = (how, tried)
    if cause != fault.cause:
        st.warning("The evidence does not say that. Look again, and choose another cause.", icon=":material/close:")
        return False
    return True


def _explain(fault: Fault, found: Outcome) -> None:
    st.success(f"**{fault.cause}.** {fault.shown_by}", icon=":material/check:")
    st.markdown(
        f"In your run: {_losses(found)}; largest gradient **{format_digits(found.largest_gradient, 3)}**{_more(found)}."
    )
    if fault.made_by:
        st.caption(fault.made_by)
    st.markdown(f":material/compare: **What would have looked the same, but is not:** {fault.looks_like}")


def _losses(found: Outcome) -> str:
    if found.broke_off:
        return f"held-out loss **{found.first:.2f}** at first, and none at last, because it broke off"
    return f"held-out loss **{found.first:.2f}** at first, **{found.lowest:.2f}** at best, **{found.last:.2f}** at last"


def _more(found: Outcome) -> str:
    words = ""
    if found.forgot_nats is not None:
        words += f"; loss on pages of a book {found.forgot_nats:+.2f} nats per token"
    if found.measured.overlap:
        words += f"; held-out texts that are training texts: {found.measured.overlap}"
    if found.measured.answer_loss is not None:
        words += f"; the right answers to held-out questions cost {found.measured.answer_loss:.2f} nats per token"
    return words


def _repair(fault: Fault) -> None:
    """One or two controls, the run again, and the numbers' verdict."""
    st.subheader("Repair it", anchor=False)
    kind = f"bug-{fault.key}-repair"
    choices = {}
    for column, knob in zip(st.columns(len(fault.knobs)), fault.knobs, strict=True):
        with column:
            options = list(knob.options)
            key = f"bug_{fault.key}_{fault.knobs.index(knob)}"
            choices[knob.label] = controls.segmented(knob.label, options, knob.as_found, key=key)
    jobs.start_and_stop(kind, "Run again", _queue_case, kind, fault.make(choices), stop_label="Stop again")
    jobs.live(kind, lambda view: _evidence(view, kind))
    view = jobs.current(kind)
    found = outcome(view.events) if view and not view.state.active else None
    if found is None:
        return
    if fault.repaired(found):
        st.session_state.setdefault(REPAIRED, set()).add(fault.key)
        st.success(
            f"Repaired, by the numbers: {fault.wanted}. In this run: {_losses(found)}{_more(found)}.",
            icon=":material/build:",
        )
    else:
        st.warning(
            f"Not repaired yet. In this run: {_losses(found)}{_more(found)}. Repaired means that {fault.wanted}.",
            icon=":material/build:",
        )
    measured("Both runs, here and now, on the bundled model.")
