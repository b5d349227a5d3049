"""The live LoRA page through AppTest: hostile links first, then a run from start to words."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from lib.charts.training import loss
from lib.engine import JobState, JobView
from lib.engine.queue import FairQueue
from lib.models.catalogue import BUNDLED, REAL
from lib.training.events import Step
from lib.training.rates import LEARNING_RATES, lower_rate
from lib.training.run import FineTuningRun, usual_steps
from lib.training.texts import datasets
from lib.ui.kit import jobs
from lib.ui.training.train.run import KIND
from lib.ui.training.train.run_controls import KOPI
from tests.pages.conftest import (
    button,
    finish_jobs,
    jobs_of,
    open_chapter,
    press,
    refused,
    reloaded,
    rerun_until,
    said,
    start_and_finish,
    workers_find,
)
from tests.waiting import LIMIT_S, wait_until

SAMPLES = "tests.unit.engine.sample_jobs"


@pytest.fixture
def real_is_here(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder by the name of the real small model, which is then the one that a page begins with."""
    (tmp_path / REAL).symlink_to(tiny_model)
    monkeypatch.setenv("MODELS_FOLDER", str(tmp_path))


@pytest.mark.parametrize(
    "query",
    [
        {"steps": "-1"},
        {"steps": "1e400"},
        {"rank": "3"},
        {"lr": "<script>alert(1)</script>"},
        {"alpha": "٣٣٣٣"},
        {"batch": "nan"},
        {"seed": "1e999"},
        {"seed": "-inf"},
        {"seed": "99999999999999999999"},
        {"targets": "All the layers"},
        {"held_in": "int3"},
        {"prompt": "x" * 5000},
    ],
    ids=lambda query: next(iter(query)),
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("live_lora", **query)
    assert not app.exception
    (key,) = query
    assert key in refused(app)


@pytest.mark.parametrize("model", [{}, {"model": REAL}], ids=["no model in the link", "its model in the link"])
@pytest.mark.parametrize(
    "query",
    [{"steps": "-1"}, {"lr": "1e9"}, {"rank": "abc"}, {"ask": "99"}, {"prompt": "x" * 5000}],
    ids=lambda query: next(iter(query)),
)
def test_a_hostile_link_says_so_where_the_real_model_is_the_usual_one(real_is_here, query, model):  # noqa: ARG001
    app = open_chapter("live_lora", **query, **model)
    assert not app.exception
    assert app.selectbox(key="model").value == REAL
    (key,) = query
    assert key in refused(app)


def test_a_link_s_steps_are_those_of_the_model_shown_and_of_no_other(real_is_here):  # noqa: ARG001
    app = open_chapter("live_lora", steps="65", lr="0.005")
    assert app.slider(key=f"steps:{REAL}").value == 65
    assert app.select_slider(key=f"lr:{REAL}").value == 0.005
    app.slider(key=f"steps:{REAL}").set_value(70).run()
    assert app.slider(key=f"steps:{REAL}").value == 70
    app.selectbox(key="model").set_value(BUNDLED).run()
    assert app.slider(key="steps").value == usual_steps(BUNDLED)
    app.slider(key="steps").set_value(40).run()
    app.selectbox(key="model").set_value(REAL).run()
    assert app.slider(key=f"steps:{REAL}").value != 40


@pytest.mark.usefixtures("tiny_worker")
def test_markup_in_a_prompt_is_shown_as_text():
    app = open_chapter("live_lora", steps="10")
    app.text_input(key="prompt").set_value("<script>alert(1)</script> **bold** :red[x]").run()
    start_and_finish(app, "Start")
    assert not app.exception
    shown = " ".join(each.value for each in app.markdown)
    assert r"\<script\>alert(1)\</script\> \*\*bold\*\* \:red\[x\]" in shown


def test_a_run_says_what_happened_in_its_own_numbers():
    app = open_chapter("live_lora", steps="20")
    start_and_finish(app, "Start")
    assert not app.exception
    assert not app.error
    words = " ".join(each.value for each in app.markdown)
    assert "Held-out loss fell from" in words
    assert "in 20 steps" in words
    # r (d_in + d_out) over all linear layers of the bundled model, by hand:
    # 6 layers × 8 × (q 512 + k 384 + v 384 + o 512 + gate 1024 + up 1024 + down 1024)
    assert f"{6 * 8 * (512 + 384 + 384 + 512 + 3 * 1024):,}" in words


@pytest.mark.usefixtures("tiny_worker")
def test_what_is_typed_and_started_at_once_is_what_runs():
    app = open_chapter("live_lora", steps="5")
    app.slider(key="batch").set_value(2)
    app.text_input(key="prompt").set_value("Typed a moment ago")
    press(app, "Start")  # with the same message from the browser
    finish_jobs(app)
    (job,) = jobs_of(app)
    assert (job.argument.batch_size, job.argument.prompts) == (2, ("Typed a moment ago",))


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="limits of another process are Linux's")
def test_a_worker_without_room_is_one_sentence_and_nothing_typed_is_lost():
    """The limit is real: the process of the worker may have 10 MB more than it has, where a step of 32 texts takes some
    hundred more than one of 4."""
    app = open_chapter("live_lora", steps="5")
    start_and_finish(app, "Start")  # so that all that is loaded once is there
    app.slider(key="batch").set_value(32).run()
    app.text_input(key="prompt").set_value("What I have typed").run()
    (worker,) = map(psutil.Process, jobs.engine().worker_process_ids)
    before = worker.rlimit(psutil.RLIMIT_AS)
    worker.rlimit(psutil.RLIMIT_AS, (worker.memory_info().vms + 10_000_000, before[1]))
    try:
        start_and_finish(app, "Start")
    finally:
        worker.rlimit(psutil.RLIMIT_AS, before)
    assert [each.value for each in app.error] == [
        "The device ran out of memory; choose a smaller model, batch or context"
    ]
    assert app.text_input(key="prompt").value == "What I have typed"
    app.slider(key="batch").set_value(4).run()
    start_and_finish(app, "Start")
    assert not app.error
    assert jobs.engine().worker_process_ids == (worker.pid,), "the same worker goes on"


@pytest.mark.thorough
@pytest.mark.usefixtures("tiny_worker")
def test_a_paused_run_is_stopped_or_goes_on_from_its_very_step_and_shows_the_whole():
    app = open_chapter("live_lora", steps="300", show="Everything a run tells")

    def button(begins: str):
        return next((each for each in app.button if each.label.startswith(begins)), None)

    button("Start").click().run()
    rerun_until(app, lambda: any("tokens/s" in each.text for each in app.get("progress")), "the first step")
    button("Pause").click().run()
    rerun_until(app, lambda: button("Go on from step") is not None, "a way to go on")
    assert any("Paused by you" in each.value for each in app.info)
    assert not any(each.value == "What happened" for each in app.header), "it is not over"
    button("Stop").click().run()
    assert any("Stopped by you" in each.value for each in app.info)
    assert any(each.value == "What happened" for each in app.header)
    at = int(button("Go on from step").label.split()[-1])
    assert 0 < at < 300
    button("Go on from step").click().run()
    finish_jobs(app)
    words = " ".join(each.value for each in app.markdown)
    assert "in 300 steps" in words
    assert "| 5 |" in words, "what it said before it was stopped"
    assert "| 300 |" in words


@pytest.mark.thorough
@pytest.mark.usefixtures("tiny_worker")
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows cannot hold a process for a while")
def test_a_reload_at_every_step_of_a_run_brings_the_page_back_with_it():
    app = open_chapter("live_lora", steps="300")
    engine, (worker,) = jobs.engine(), jobs.engine().worker_process_ids

    def after_a_reload(has: Callable[[AppTest], bool], what: str) -> AppTest:
        again = reloaded(app, "live_lora", steps="300")
        assert has(again), what
        return again

    def buttons(page: AppTest) -> dict[str, bool]:
        return {each.label: not each.disabled for each in page.button}

    other = engine.submit(f"{SAMPLES}:count", 10_000, owner="raj", kind="count", expected_s=60, time_limit_s=LIMIT_S)
    wait_until(lambda: engine.view(other, owner="raj").events != (), "another's run")
    press(app, "Start")
    app = after_a_reload(lambda page: any("Waiting: you are next" in each.value for each in page.info), "queued")
    assert buttons(app)["Stop"]
    assert not buttons(app)["Start"]

    press(app, "Stop")
    engine.stop(other, owner="raj")
    wait_until(lambda: not engine.view(other, owner="raj").state.active, "the worker to be free")
    with held(worker):  # it is sent the run, and tells nothing yet
        press(app, "Start")
        wait_until(lambda: jobs_of(app)[-1].state is JobState.RUNNING, "its turn")
        app = after_a_reload(lambda page: buttons(page)["Stop"] and not buttons(page)["Start"], "starting")
        assert jobs_of(app)[-1].events == []

    rerun_until(app, lambda: has_steps(app), "the first step")
    with held(worker):  # or it would be over before the page is back
        app = after_a_reload(has_steps, "running")
        press(app, "Pause")
    rerun_until(app, lambda: any(label.startswith("Go on from") for label in buttons(app)), "the pause")
    app = after_a_reload(lambda page: any("Paused by you" in each.value for each in page.info), "paused")
    press(app, next(label for label in buttons(app) if label.startswith("Go on from")))
    finish_jobs(app)
    app = after_a_reload(lambda page: "in 300 steps" in said(page), "ended")
    assert buttons(app)["Start"]


@contextmanager
def held(process: int) -> Iterator[None]:
    """It does nothing until the block ends."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def has_steps(app: AppTest) -> bool:
    return any("tokens/s" in each.text for each in app.get("progress"))


def test_a_diverging_run_is_one_sentence_and_the_page_goes_on():
    app = open_chapter("live_lora", steps="60", lr="1000")
    start_and_finish(app, "Start")
    assert not app.exception
    assert any("too high" in error.value for error in app.error)


def test_a_diverging_run_offers_a_lower_rate_that_its_control_has():
    app = open_chapter("live_lora", steps="60", lr="1000")
    assert not [each for each in app.button if each.label.startswith("Try ")]
    start_and_finish(app, "Start")
    assert any("try 10 or less" in error.value for error in app.error), "as the button says"
    assert not [each for each in app.button if each.label.startswith("Go on")]
    assert "A run that diverged cannot go on" in said(app)
    press(app, "Try 10")
    assert not app.exception
    assert app.select_slider(key="lr").value == 10
    assert app.query_params["lr"] == "10", "it is in the link"
    assert not button(app, "Start").disabled, "nothing was started"
    assert any("too high" in error.value for error in app.error)
    assert button(app, "Try 10").disabled, "the control has it"
    app.select_slider(key="lr").set_value(1000.0).run()
    assert not button(app, "Try 10").disabled
    app.selectbox(key="texts").set_value(next(name for name in datasets.catalogue() if name != KOPI)).run()
    assert not [each for each in app.button if each.label.startswith("Try ")], "these texts have a rate of their own"


@pytest.mark.parametrize(
    ("rate", "lower"), [(1e3, 10.0), (1e-1, 1e-2), (5e-3, 5e-4), (3e-3, 1e-4), (1e-4, 1e-5), (1e-5, None)]
)
def test_a_lower_rate_is_a_tenth_or_the_next_below(rate, lower):
    assert lower_rate(rate) == lower
    assert lower is None or lower in LEARNING_RATES


def test_a_damaged_model_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("BASE_MODEL", str(tmp_path / "gone"))
    workers_find(tmp_path / "gone")
    app = open_chapter("live_lora")
    start_and_finish(app, "Start")
    workers_find(None)
    assert any("is missing" in error.value for error in app.error)


def test_a_full_queue_is_one_sentence(monkeypatch):
    full = FairQueue(capacity=0)
    monkeypatch.setattr(jobs.engine()._queue, "add", full.add)  # its own capacity follows the workers that come
    app = open_chapter("live_lora")
    next(button for button in app.button if button.label == "Start").click().run()
    assert not app.exception
    assert any("as many as fit" in error.value for error in app.error)


def test_a_run_that_begins_while_its_page_is_drawn_is_there_once(monkeypatch):
    """Every look of a page at its job is a new one: a worker may take it between two of them."""
    real, state = loss.loss_curve, JobState.WAITING

    def curve(*arguments, **more):
        nonlocal state
        state = JobState.RUNNING
        return real(*arguments, **more)

    def current(kind: str) -> JobView | None:
        return JobView("1", kind, state, (), 0, 0.0, 0.0, None, FineTuningRun()) if kind == KIND else None

    monkeypatch.setattr(loss, "loss_curve", curve)
    monkeypatch.setattr(jobs, "current", current)
    app = open_chapter("live_lora")
    assert not app.exception
    assert [each.text for each in app.get("progress")] == ["The model is being loaded"]


def test_a_step_is_weighed_and_the_calculator_held_to_it():
    app = open_chapter("live_lora", view="Weigh it", model="Bundled base model", w_batch="2", w_length="16")
    start_and_finish(app, "Weigh it")
    words = " ".join(each.value for each in app.markdown)
    assert "The calculator is right to" in words
    assert "What pays, from most to least" in words
    assert "checkpointing **−" in words


@pytest.mark.usefixtures("tiny_worker")
def test_the_scales_begin_with_the_last_run_of_train_and_one_press_brings_one_s_own_values_back():
    app = open_chapter("live_lora", view="Weigh it", w_batch="2", w_length="16")
    assert "Once a run of **Train** is over" in said(app)
    app.segmented_control(key="view").set_value("Train").run()
    app.slider(key="steps").set_value(5).run()
    app.select_slider(key="rank").set_value(2).run()
    app.selectbox(key="targets").set_value("MLP").run()
    start_and_finish(app, "Start")
    run = jobs_of(app)[-1]
    longest = max(each.tokens for each in run.events if isinstance(each, Step))
    app.segmented_control(key="view").set_value("Weigh it").run()
    assert not [each for each in app.slider if each.key == "w_batch"]
    assert f"{BUNDLED} held in fp32, LoRA of rank 2 on the MLP, AdamW. The step that read most had **{longest}" in said(
        app
    )
    start_and_finish(app, "Weigh it")
    weighing = jobs_of(app)[-1].argument
    assert (weighing.setup.rank, weighing.setup.targets, weighing.setup.sequence) == (2, "mlp", longest)
    assert "What pays, from most to least" in said(app)
    app.segmented_control(key="w_from").set_value("own").run()
    assert not app.exception
    assert app.slider(key="w_batch").value == 2
    assert app.select_slider(key="w_length").value == 16
    assert f"What follows was weighed before, of another set-up: {BUNDLED}, {longest} tokens." in said(app)
    app.segmented_control(key="w_from").set_value("run").run()
    assert "What follows was weighed before" not in said(app)


@pytest.mark.parametrize(
    "query", [{"w_batch": "0"}, {"w_length": "7"}, {"w_method": "half"}, {"w_targets": "<b>"}, {"w_rank": "1e9"}]
)
def test_a_hostile_link_to_the_scales_falls_back_and_says_so(query):
    app = open_chapter("live_lora", view="Weigh it", **query)
    assert not app.exception
    (key,) = query
    assert key in refused(app)
