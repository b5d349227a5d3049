"""Own data: a student's texts, seen as the model will see them, and learnt."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.errors import StudentError
from lib.models.catalogue import catalogue, find
from lib.models.chat import can_chat
from lib.training.duration import run_time_limit_s
from lib.training.own_data.preview import TEMPLATES, Prepared, PreviewRequest
from lib.training.own_data.split import Split
from lib.training.rates import LEARNING_RATES
from lib.training.run import FineTuningRun, usual_ask_every
from lib.ui.kit import controls, jobs
from lib.ui.kit.problems import guard, problem
from lib.ui.models.choice import choose_model, own_of
from lib.ui.training.own_data import preview, texts_in
from lib.ui.training.train import asking, meaning, results, run
from lib.ui.training.train.run_controls import LOSS_ON_TITLES, RANKS
from lib.units import format_duration

PREVIEW, TRAINING = "own-preview", "own-lora"
TRAIN = "Train on these"
RATE = "own-lr"
MOST_STEPS = 300


def draw_own_data() -> None:
    left, stage = st.columns([1, 2], gap="large")
    made, wanted, learnt = None, None, None
    with left:
        with guard():
            made = texts_in.texts_in()
        if made:
            wanted = _request(made)
            preview_place = st.container()
            prepared = preview.prepared_by(jobs.current(PREVIEW), wanted)
            learnt = _run_on(prepared, wanted)
            with preview_place:
                _preview_buttons(wanted, first=prepared is None)
        if made or jobs.current(TRAINING):  # a run outlives its texts, which may be taken out
            run.start_and_stop(learnt, TRAINING, TRAIN)
        if made and learnt is None:
            st.caption("Look at the preview first: then you know what is learnt.")
    with stage:
        _stage(made, wanted, learnt)
    meaning.meaning(TRAINING)
    asking.ask(TRAINING)
    rows, data = results.exports(TRAINING)
    ui.take_away("live_lora", rows=rows, data=data, name="own-run")
    results.download_adapter(TRAINING)


def _stage(made: Split | None, wanted: PreviewRequest | None, learnt: FineTuningRun | None) -> None:
    if made is None and jobs.current(TRAINING) is None:
        st.markdown(
            "## 1. Paste your texts, or upload them\n## 2. See each token that the model will see\n"
            "## 3. Train on them, and ask both models"
        )
    if made:
        preview.sides(made)
        current = jobs.current(PREVIEW)
        if current is None or current.argument == wanted:
            jobs.live(PREVIEW, preview.draw_preview)
        else:
            st.caption("Texts or settings have changed: press Preview to see them anew.")
    if learnt or jobs.current(TRAINING):
        st.divider()
        run.stage(learnt, TRAINING, TRAIN, _rate_key)


def _request(made: Split) -> PreviewRequest:
    """What is to be previewed, by the controls."""
    model = choose_model("own-model")
    plain = all(text.is_plain for text in made.training)
    template, loss_on = "model", "text"
    if not plain:
        loss_on = controls.segmented("Loss on", LOSS_ON_TITLES, "answer", key="own-loss")
        template = _template(model)
    return PreviewRequest(made.training, made.held_out, model, template, loss_on)


def _template(model: str) -> str:
    """A choice only where the model has a template of its own."""
    with guard():
        if can_chat(find(model)):
            return controls.segmented("Template", TEMPLATES, "model", key="own-template")
        st.caption("Template: a plain one. This model was never taught to chat and has none of its own.")
    return "plain"


def _preview_buttons(wanted: PreviewRequest, *, first: bool) -> None:
    jobs.start_and_stop(
        PREVIEW, "Preview", _queue_preview, wanted, icon="visibility", main=first, stop_label="Stop preview"
    )


def _queue_preview(wanted: PreviewRequest) -> None:
    jobs.submit(
        PREVIEW,
        "lib.training.own_data.preview_job:preview",
        wanted,
        expected_s=wanted.expected_s,
        time_limit_s=180,
        model=wanted.model,
    )


def _run_on(prepared: Prepared | None, wanted: PreviewRequest) -> FineTuningRun | None:
    """The run on what was previewed; None before that, or where the controls make none."""
    wide = catalogue()[wanted.model].wide
    mine = own_of(wanted.model)
    steps = controls.slider("Steps", 5, MOST_STEPS, 40, key=f"own-steps{mine}", step=5)
    with st.expander("More", icon=":material/tune:"):
        rate = controls.pick(
            "Learning rate",
            list(LEARNING_RATES),
            3e-3 if wide else 5e-3,
            key=f"{RATE}{mine}",
            format_func=lambda value: f"{value:g}",
        )
        rank = controls.pick("Rank r", RANKS, 8, key="own-rank")
        batch_size = controls.slider("Texts in a batch", 1, 32, 4, key="own-batch")
    if prepared is None:
        return None
    try:
        made = FineTuningRun(
            rank=rank,
            learning_rate=rate,
            steps=steps,
            batch_size=batch_size,
            own=prepared.dataset,
            loss_on=wanted.loss_on,
            model=wanted.model,
            ask_every=usual_ask_every(wanted.model),
            prompts=prepared.prompts,
        )
    except StudentError as error:
        problem(error)
        return None
    limit = format_duration(run_time_limit_s(made))
    st.caption(f"At most {MOST_STEPS} steps; a run of {steps} is ended after {limit}.")
    return made


def _rate_key(learnt: FineTuningRun) -> str:
    return RATE + own_of(learnt.model)
