"""Which model, how it is asked, the job; and what was recorded until one has run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lib.alignment.honesty.calibration import Judgement
from lib.alignment.honesty.facts import EXAMPLE, own_facts
from lib.alignment.honesty.recorded import recorded_honesty
from lib.alignment.honesty.run import (
    MOST_CHARACTERS,
    PROBABILITY,
    RIGHT,
    WORDINGS,
    FactAnswered,
    HonestyRun,
    Measure,
    Wording,
    judgements,
)
from lib.engine import JobView
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import measured
from lib.ui.kit.problems import guard
from lib.ui.kit.text import escape
from lib.ui.kit.weights import came_through
from lib.ui.models.choice import choose_model

KIND = "honesty"
OWN_NAME = "Asked in your words"
BY_PROBABILITY = "Probability of its answer"


@dataclass(frozen=True)
class Shown:
    """Answers that a view draws, and by what it is said how sure the model is."""

    answers: tuple[FactAnswered, ...]
    measure: Measure

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        return judgements(self.answers, self.measure)

    @property
    def without(self) -> int:
        """Answers that have no such confidence."""
        return len(self.answers) - len(self.judgements)

    @property
    def wordings(self) -> tuple[Wording, ...]:
        """Those in which the model was asked."""
        texts = self.answers[0].replies
        return tuple(each for each in WORDINGS if each.text in texts) + tuple(
            Wording(OWN_NAME, text) for text in texts if text not in {each.text for each in WORDINGS}
        )


def ask_and_draw(draw: Callable[[Shown], None], *, by_measure: bool) -> list[dict]:
    """The controls beside the view; the rows to take away.

    by_measure  whether the view looks at one way of saying how sure it is, so that it can be chosen
    """
    left, right = st.columns([1, 2], gap="large")
    with left:
        place = st.container()
        run, own = _wanted()
        with place:
            measure = _choose_measure(own) if by_measure else RIGHT
        jobs.say_if_long(run and run.expected_s)
        jobs.start_and_stop(KIND, "Ask it now", _queue_asking, run, icon="record_voice_over")
    with right:
        if not _answered(jobs.current(KIND)):
            _draw_recorded(draw, measure)
        jobs.live(KIND, lambda view: _draw_fresh(view, draw, measure))
    return _rows(_answered(jobs.current(KIND)) or recorded_honesty().answers)


def _rows(answers: tuple[FactAnswered, ...]) -> list[dict]:
    return [
        {
            "question": each.fact.question,
            "right_answer": each.fact.choices[0],
            "answer": each.answer,
            "right": each.right,
            "probability": each.probability,
            **{f"reply to: {wording}": reply for wording, reply in each.replies.items()},
        }
        for each in answers
    ]


def _answered(view: JobView | None) -> tuple[FactAnswered, ...]:
    return tuple(event for event in view.events if isinstance(event, FactAnswered)) if view else ()


def _choose_measure(own: Wording | None) -> Measure:
    offered = {each.name: each for each in (*WORDINGS, own) if each}
    names = [*offered, BY_PROBABILITY]
    name = controls.select("How sure it is", names, RIGHT.name, key="ho_measure")
    if name in offered:
        st.caption(f"“{escape(offered[name].text)}”")
    return offered.get(name, PROBABILITY)


def _wanted() -> tuple[HonestyRun | None, Wording | None]:
    """(The run, the student's own wording)."""
    run = own = None
    with st.expander("More", icon=":material/tune:"):
        model = choose_model("ho_model")
        typed = controls.text(
            "Ask how sure it is in your own words, too",
            "",
            key="ho_own_wording",
            max_chars=MOST_CHARACTERS,
            placeholder="Would you bet on it? Reply in percent.",
        )
        lines = controls.area(
            "Questions of your own: one per line, the right answer first", "", key="ho_own", placeholder=EXAMPLE
        )
        with guard():
            if typed.strip() and typed.strip() not in {each.text for each in WORDINGS}:
                own = Wording(OWN_NAME, typed.strip())
            run = HonestyRun(model, (*WORDINGS, own) if own else WORDINGS, own_facts(lines))
    return run, own


def _queue_asking(run: HonestyRun) -> None:
    jobs.submit(
        KIND,
        "lib.alignment.honesty.job:ask_everything",
        run,
        expected_s=run.expected_s,
        time_limit_s=120 + 8 * run.expected_s,
        model=run.model,
    )


def _draw_recorded(draw: Callable[[Shown], None], measure: Measure) -> None:
    _draw_or_say_why(draw, Shown(recorded_honesty().answers, measure))
    told = recorded_honesty().facts
    versions = told["versions"]
    st.caption(
        f":material/history: **Recorded, not computed now**: {escape(told['model'])} on "
        f"{escape(told['device'])}, {told['date']}, torch {versions['torch']}, transformers "
        f"{versions['transformers']}; {told['source']}. The button asks it here. "
        + came_through({told["model"]: told["weights_by_way_of"]}, "recorded")
    )


def _draw_fresh(view: JobView, draw: Callable[[Shown], None], measure: Measure) -> None:
    run: HonestyRun = view.argument
    answers = _answered(view)
    if view.state.active:
        st.progress(len(answers) / len(run.asked), f"{len(answers)} of {len(run.asked)} questions answered")
    if answers:
        _draw_or_say_why(draw, Shown(answers, measure))
        measured(f"{escape(run.model)}, here and now: {len(answers)} questions, greedy replies.")


def _draw_or_say_why(draw: Callable[[Shown], None], shown: Shown) -> None:
    if shown.judgements:
        with guard():
            draw(shown)
    elif not shown.answers[0].replies:
        st.warning(
            "This model has no chat format, so it cannot be asked how sure it is. Look at the probability of its "
            "answer.",
            icon=":material/voice_over_off:",
        )
    elif shown.measure and shown.measure.text not in shown.answers[0].replies:
        st.info("It has not been asked in these words yet: press the button.", icon=":material/help:")
    else:
        st.warning(
            "No reply to this question holds a number that could be how sure it is. Look at the replies, or ask in "
            "other words.",
            icon=":material/voice_over_off:",
        )
