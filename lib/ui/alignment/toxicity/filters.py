"""The word list, the threshold, the classifier: what every view has beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lib.alignment.toxicity.confusion import Confusion, at_threshold, confusion
from lib.alignment.toxicity.recorded import recorded_toxicity
from lib.alignment.toxicity.run import ClassifierStep, Scored, TextsRead, ToxicityRun
from lib.alignment.toxicity.texts import Labelled, course_words
from lib.alignment.toxicity.word_list import WordList, masked, word_list
from lib.engine import JobView
from lib.models.catalogue import BUNDLED
from lib.ui.alignment.toxicity.own import my_texts
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import measured
from lib.ui.kit.problems import guard
from lib.ui.kit.text import escape
from lib.ui.kit.weights import came_through
from lib.ui.models.choice import choose_model

KIND = "toxicity"
MOST_TYPED = 800


@dataclass(frozen=True)
class Filters:
    """Both filters on the same texts: those that the classifier has scored."""

    words: WordList
    scored: Scored
    threshold: float

    @property
    def by_words(self) -> Confusion:
        return confusion(self.scored.rude, [self.words.flags(each.text) for each in self.scored.texts])

    @property
    def by_classifier(self) -> Confusion:
        return at_threshold(self.scored.rude, self.scored.scores, self.threshold)

    def shown(self, text: Labelled) -> str:
        """Masked where it is rude: by the list as it is now, and by the course's."""
        words = tuple(dict.fromkeys((*self.words.words, *course_words())))
        return masked(text, WordList(words))


def filter_and_draw(draw: Callable[[Filters], None]) -> list[dict]:
    """The controls beside the view; the rows to take away."""
    left, right = st.columns([1, 2], gap="large")
    words = None
    with left:
        percent = controls.slider("Threshold: the classifier flags from (%)", 0, 100, 50, key="tx_threshold")
        with guard():
            words = _wanted_words()
        run = _wanted_run()
        jobs.start_and_stop(KIND, "Train it now", _queue_training, run, icon="model_training")
        left_out = [each for each in my_texts() if each not in scored_now(jobs.current(KIND)).texts]
        if left_out:
            st.info(f"{len(left_out)} of your texts will be learnt from when you train again.", icon=":material/info:")
    if words is None:
        return []
    with right:
        if jobs.current(KIND) is None:
            _draw_recorded(draw, words, percent / 100)
        jobs.live(KIND, lambda view: _draw_fresh(view, draw, words, percent / 100))
    filters = Filters(words, scored_now(jobs.current(KIND)), percent / 100)
    return [
        {
            "text": filters.shown(each),
            "kind": each.kind,
            "rude": each.rude,
            "listed_words": len(words.found(each.text)),
            "p_rude": score,
            "flagged": score >= filters.threshold,
        }
        for each, score in zip(filters.scored.texts, filters.scored.scores, strict=True)
    ]


def scored_now(view: JobView | None) -> Scored:
    """By the newest run, or as recorded until there is one."""
    fresh = next((event for event in view.events if isinstance(event, Scored)), None) if view else None
    return fresh or recorded_toxicity().scored


def _wanted_words() -> WordList:
    with st.expander("The word list", icon=":material/list:"):
        typed = controls.text(
            "Words, with commas between them", ", ".join(course_words()), key="tx_words", max_chars=MOST_TYPED
        )
        inside = controls.toggle(
            "Also inside other words", False, key="tx_inside", help="“kill” is then found in “skills”"
        )
    return word_list(typed, inside=inside)


def _wanted_run() -> ToxicityRun | None:
    run = None
    with st.expander("The classifier", icon=":material/tune:"):
        model = choose_model("tx_model")
        if model == BUNDLED:
            st.caption(f"{BUNDLED} was trained on old books alone: expect little of it on office talk.")
        decay = controls.pick("Weight decay", [0.001, 0.01, 0.1, 1.0, 10.0], 0.1, key="tx_decay")
        steps = controls.slider("Updates", 10, 300, 100, key="tx_steps", step=10)
        seed = int(controls.number("Seed: which texts are left out together", 0, 1_000_000, 0, key="tx_seed"))
        with guard():
            run = ToxicityRun(model, my_texts(), decay, steps, seed)
    return run


def _queue_training(run: ToxicityRun) -> None:
    jobs.submit(
        KIND,
        "lib.alignment.toxicity.job:learn_to_flag",
        run,
        expected_s=run.expected_s,
        time_limit_s=120 + 8 * run.expected_s,
        model=run.model,
    )


def _draw_recorded(draw: Callable[[Filters], None], words: WordList, threshold: float) -> None:
    told = recorded_toxicity()
    with guard():
        draw(Filters(words, told.scored, threshold))
    facts, versions = told.facts, told.facts["versions"]
    st.caption(
        f":material/history: **The classifier’s scores are recorded, not computed now**: {escape(facts['model'])} "
        f"on {escape(facts['device'])}, {facts['date']}, torch {versions['torch']}, transformers "
        f"{versions['transformers']}; {facts['source']}. The button trains it here. The word list is applied as you "
        "look. " + came_through({facts["model"]: facts["weights_by_way_of"]}, "recorded")
    )


def _draw_fresh(view: JobView, draw: Callable[[Filters], None], words: WordList, threshold: float) -> None:
    run: ToxicityRun = view.argument
    steps = [event for event in view.events if isinstance(event, ClassifierStep)]
    done = next((event for event in view.events if isinstance(event, Scored)), None)
    if view.state.active:
        _say_progress(view, run, steps)
    if done is None:
        _draw_recorded(draw, words, threshold)
        return
    with guard():
        draw(Filters(words, done, threshold))
    last = steps[-1]
    measured(
        f"{escape(run.model)} read {len(done.texts)} texts here and now; {done.weights:,} numbers were learnt, in "
        f"{done.seconds:.0f} s with reading. After {last.step} updates the first classifier has "
        f"{last.training_accuracy:.0%} right of what it learns from, and {last.held_out_accuracy:.0%} of the part that "
        "was left out."
    )


def _say_progress(view: JobView, run: ToxicityRun, steps: list[ClassifierStep]) -> None:
    read = next((event for event in reversed(view.events) if isinstance(event, TextsRead)), None)
    if steps:
        last = steps[-1]
        st.progress(
            last.step / run.steps,
            f"Update {last.step}: loss {last.loss:.2f}, {last.training_accuracy:.0%} right of what it learns from, "
            f"{last.held_out_accuracy:.0%} of what is left out",
        )
    elif read:
        st.progress(read.done / read.total, f"{escape(run.model)} reads: {read.done} of {read.total}")
