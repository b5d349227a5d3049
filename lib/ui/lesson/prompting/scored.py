"""Scores drawn and said: those of a run of one's own as they come, the recorded ones until there is any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from lib import ui
from lib.engine import JobView
from lib.lesson.prompting.recorded import Recorded, recorded
from lib.lesson.prompting.runs import AskedScore, AskRun, Weights
from lib.lesson.prompting.scores import Score
from lib.lesson.prompting.task import WORDINGS, task
from lib.models.catalogue import BUNDLED, REAL
from lib.ui.kit import controls, jobs
from lib.ui.kit.text import escape
from lib.ui.kit.weights import came_through
from lib.ui.models.choice import choose_model
from lib.units import number_of

HASH_SHOWN = 16

Drawing = Callable[[Sequence[AskedScore], Weights | None], None]


def model_for(key: str) -> str:
    """The model, and what to expect of the small one."""
    model = choose_model(key)
    if model == BUNDLED:
        st.caption(
            f"{BUNDLED} is too small for this task: expect about what guessing gives. {REAL} is the one to look at."
        )
    return model


def wording_for(key: str, default: str) -> str:
    return controls.select("Wording", {name: name for name in WORDINGS}, default, key=key)


def queue_asking(kind: str, run: AskRun) -> None:
    jobs.submit(
        kind,
        "lib.lesson.prompting.scoring_job:ask_in_every_way",
        run,
        expected_s=10 + run.asking_s,
        time_limit_s=120 + 8 * run.asking_s,
        model=run.model,
    )


def asked_scores(view: JobView | None) -> tuple[AskedScore, ...]:
    return tuple(event for event in view.events if isinstance(event, AskedScore)) if view else ()


def fresh_or_recorded(kind: str, part: str, draw: Drawing) -> list[dict]:
    """Draw the newest run, or what was recorded while there is none; the rows to take away."""
    told = recorded()
    if jobs.current(kind) is None:
        _draw_recorded(part, told, draw)
    jobs.live(kind, lambda view: _draw_fresh(view, part, told, draw))
    return [
        {
            "prompt": each.asked.name,
            "wording": each.asked.wording,
            "examples": len(each.asked.examples),
            **each.score.to_dict(),
            "text": each.asked.front,
        }
        for each in asked_scores(jobs.current(kind)) or getattr(told, part)
    ]


def _draw_recorded(part: str, told: Recorded, draw: Drawing) -> None:
    draw(getattr(told, part), told.weights)
    say_recorded(told.facts)


def _draw_fresh(view: JobView, part: str, told: Recorded, draw: Drawing) -> None:
    scored = asked_scores(view)
    run: AskRun = view.argument
    if view.state.active:
        done = len(scored)
        st.progress(done / len(run.asked), f"{done} of {len(run.asked)} prompts put to {len(task().test)} sentences")
    if not scored:
        _draw_recorded(part, told, draw)
        return
    draw(scored, next((event for event in view.events if isinstance(event, Weights)), None))
    ui.measured(
        f"{escape(run.model)}, here and now, on {len(task().test)} sentences that are in no prompt; "
        f"{sum(each.score.seconds for each in scored):.0f} s in all."
    )


def say_recorded(facts: dict[str, Any]) -> None:
    versions = facts["versions"]
    st.caption(
        f":material/history: **Recorded, not computed now**: {escape(facts['model'])} on {escape(facts['device'])}, "
        f"{number_of(facts['threads'], 'thread')}, {facts['date']}, torch {versions['torch']}, transformers "
        f"{versions['transformers']}, peft {versions['peft']}; {facts['source']}. The button measures it here. "
        + came_through({facts["model"]: facts["weights_by_way_of"]}, "recorded")
    )


def in_numbers(score: Score) -> str:
    """Right of all, and the interval, in words."""
    low, high = score.interval
    return f"{score.right} of {score.of} ({low:.0%} to {high:.0%})"


def say_interval(name: str, score: Score) -> None:
    low, high = score.interval
    ui.formula(
        f"The label with the highest log-likelihood counts. Intervals are 95% by Wilson: for {name}, p = {score.right}/"
        f"{score.of} and z = 1.96 in (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n) give {low:.1%} to {high:.1%}."
    )


def say_weights(weights: Weights | None) -> None:
    """No weights are updated: seen, not believed."""
    if weights is None:
        return
    verdict = "the same: **no weight was updated**" if weights.same else "**not the same**"
    st.markdown(
        f":material/fingerprint: SHA-256 of all weights before `{weights.before[:HASH_SHOWN]}…`, after everything was "
        f"asked `{weights.after[:HASH_SHOWN]}…`: {verdict}."
    )
