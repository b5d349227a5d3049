"""Small against big: InstructGPT against GPT-3, and the app's own case, recorded and run here."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib import ui
from lib.charts.lesson import small_big as charts
from lib.engine import JobView
from lib.lesson.scaling.small_big import (
    BIG,
    HOW,
    Contender,
    comparison,
    contenders,
    published,
    recording,
    times_smaller,
    to_rows,
)
from lib.models.catalogue import BUNDLED
from lib.ui.kit import controls, jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.kit.weights import came_through
from lib.ui.models.fetching import models_here, offer_real_model
from lib.ui.training.compare import words
from lib.ui.training.compare.going import found_by, progress_line, queue_comparison
from lib.units import format_count, format_expected, number_of

KIND = "size-small-big"
WHO = {"small": "The small one", "both": "Both"}


def small_against_big() -> list[dict]:
    """The rows to take away: those run here, else the recorded ones."""
    _instructgpt()
    st.header("The same, here: who orders kopi best?", anchor=False)
    st.markdown(
        f"Three blanks of the lecture, asked of {BIG} and of the bundled model, {times_smaller():.0f} times smaller: "
        "each as it is, with examples in its prompt, and tuned."
    )
    view = jobs.current(KIND)
    found = contenders(found_by(view)) if view else ()
    if not found:
        _show(recording().contenders)
        _say_recorded()
    real = BIG in models_here()[0]
    who = controls.segmented("Run it here", WHO if real else {"small": WHO["small"]}, "small", key="ms_run")
    offer_real_model()
    wanted = comparison((BUNDLED, BIG) if who == "both" and real else (BUNDLED,))
    st.caption(
        f"{len(wanted.settings)} runs of {wanted.settings[0].run.steps} steps at most, about "
        f"{format_expected(wanted.expected_s)} on two processor cores."
    )
    jobs.start_and_stop(KIND, "Run", queue_comparison, KIND, wanted)
    jobs.live(KIND, _draw_contenders)
    return to_rows(found or recording().contenders)


def _instructgpt() -> None:
    told = published()
    st.markdown(
        f"## A model {told.times_smaller:.0f} times smaller was preferred\n{told.said} Both were asked the same; the "
        "small one had been tuned to follow instructions, first by examples, then by people's preferences."
    )
    ui.published(
        f"[{told.source.title}]({told.source.url}). The figure often quoted beside it, {told.same_size_percent} ± "
        f"{told.same_size_margin}%, is how often the 175B InstructGPT was preferred to the 175B GPT-3, of the same "
        f"size; {told.few_shot_percent} ± {told.few_shot_margin}% against GPT-3 with examples in its prompt."
    )


def _draw_contenders(view: JobView) -> None:
    columns = found_by(view)
    progress_line(view, columns)
    words.failures(columns)
    found = contenders(columns)
    if found:
        _show(found)
        if not view.state.active:
            ui.measured("Here and now, one seed; a blank is filled if the answer begins with the right word.")


def _show(found: Sequence[Contender]) -> None:
    best = found[0]
    title = f"{best.label}: {best.blanks_right} of {best.blanks} blanks"
    st.plotly_chart(charts.blanks(found, title), key="ms_blanks", alt=title)
    _say_who_filled_the_blanks(found)
    show_table([_contender_row(each) for each in found], alt="Every contender, best first")


def _say_who_filled_the_blanks(found: Sequence[Contender]) -> None:
    by = {(each.model, each.method): each for each in found}
    tuned, prompted = by.get((BUNDLED, "lora")), by.get((BIG, "few_shot"))
    lines = []
    if tuned and prompted:
        more = tuned.blanks_right - prompted.blanks_right
        verdict = "more than" if more > 0 else "as many as" if more == 0 else "fewer than"
        lines.append(
            f"The **small** model, tuned, fills {tuned.blanks_right} of {tuned.blanks}: {verdict} the **big** one with "
            f"examples in its prompt ({prompted.blanks_right}), at {format_count(tuned.parameters)} against "
            f"{format_count(prompted.parameters)} parameters."
        )
    for model in (BIG, BUNDLED):
        plain, asked, own = (by.get((model, method)) for method in HOW)
        if plain and asked and own:
            lines.append(
                f"{model} against itself: {plain.blanks_right} as it is, {asked.blanks_right} prompted, "
                f"{own.blanks_right} tuned; held-out loss {plain.held_out_nats_per_token:.2f}, "
                f"{asked.held_out_nats_per_token:.2f} and {own.held_out_nats_per_token:.2f} nats per token."
            )
    lines.append(
        "This is one narrow task, whose names stand in the texts that tuning reads; the small model has read a few old "
        "books beside and nothing else. Losses compare within one model: the two cut the text into different tokens."
    )
    happened("\n".join(f"- {line}" for line in lines))


def _contender_row(each: Contender) -> dict:
    return {
        "model": each.model,
        "parameters": format_count(each.parameters),
        "used": HOW[each.method],
        "blanks filled": f"{each.blanks_right} of {each.blanks}",
        "held-out nats per token": f"{each.held_out_nats_per_token:.2f}",
        "its answers": "; ".join(" ".join(answer.split()).replace("|", " → ")[:48] for answer in each.answers),
    }


def _say_recorded() -> None:
    facts = recording().facts
    ui.measured(
        f"Recorded, not run now: {facts['source']}, seed {facts['seed']}, {escape(facts['device'])}, "
        f"{number_of(facts['threads'], 'thread')}, {facts['date']}, torch {facts['versions']['torch']}, transformers "
        f"{facts['versions']['transformers']}. A blank is filled if the answer begins with the right word. "
        + came_through({facts["model"]: facts["weights_by_way_of"]}, "recorded")
    )
