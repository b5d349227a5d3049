"""The live LoRA page through AppTest: hostile links first, then a run from start to words."""

from __future__ import annotations

import pytest

from lib.ui.kit import jobs
from tests.pages.conftest import finish_jobs, open_chapter, rerun_until, start_and_finish, workers_find


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
        {"prompt": "x" * 5000},
    ],
    ids=lambda query: next(iter(query)),
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("live_lora", **query)
    assert not app.exception
    (key,) = query
    assert any(f"The link asks for {key} =" in caption.value for caption in app.caption)


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


def test_a_diverging_run_is_one_sentence_and_the_page_goes_on():
    app = open_chapter("live_lora", steps="60", lr="1000")
    start_and_finish(app, "Start")
    assert not app.exception
    assert any("too high" in error.value for error in app.error)


def test_a_damaged_model_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("BASE_MODEL", str(tmp_path / "gone"))
    workers_find(tmp_path / "gone")
    app = open_chapter("live_lora")
    start_and_finish(app, "Start")
    workers_find(None)
    assert any("is missing" in error.value for error in app.error)


def test_a_full_queue_is_one_sentence(monkeypatch):
    monkeypatch.setattr(jobs.engine()._queue, "capacity", 0)
    app = open_chapter("live_lora")
    next(button for button in app.button if button.label == "Start").click().run()
    assert not app.exception
    assert any("as many as fit" in error.value for error in app.error)


def test_a_step_is_weighed_and_the_calculator_held_to_it():
    app = open_chapter("live_lora", view="Weigh it", model="Bundled base model", w_batch="2", w_length="16")
    start_and_finish(app, "Weigh it")
    words = " ".join(each.value for each in app.markdown)
    assert "The calculator is right to" in words
    assert "What pays, from most to least" in words
    assert "checkpointing **−" in words


@pytest.mark.parametrize(
    "query", [{"w_batch": "0"}, {"w_length": "7"}, {"w_method": "half"}, {"w_targets": "<b>"}, {"w_rank": "1e9"}]
)
def test_a_hostile_link_to_the_scales_falls_back_and_says_so(query):
    app = open_chapter("live_lora", view="Weigh it", **query)
    assert not app.exception
    (key,) = query
    assert any(f"The link asks for {key} =" in caption.value for caption in app.caption)
