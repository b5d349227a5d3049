"""The memory pages as a student and a hostile link use them."""

from __future__ import annotations

import json

import pytest

from lib.memory.ask.packed import pack
from lib.memory.model.catalogue import architecture
from lib.memory.serve.setup import ServingSetup
from lib.places import ROOT
from lib.ui.memory.calculator.outcome import VIEWS
from lib.ui.memory.choosing.setup_controls import PRESETS
from tests.pages.conftest import button, open_chapter, refused
from tests.unit.memory.test_config_json import GOOD
from tests.unit.models.test_two_texts import SPEECH
from tests.waiting import wait_until

PAGE = "memory_calculator"


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def errors(app) -> list[str]:
    return [error.value for error in app.error]


def test_bad_links_fall_back_and_say_so():
    app = open_chapter(PAGE, gpu="RTX 9999", context="-7", users="many", model="<script>", job="steal")
    assert not app.exception
    assert len(refused(app)) == 5
    assert metrics(app)["This calculator"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("not json", "JSON"),
        ("[]", "object"),
        ("{}", "num"),
        (json.dumps({**GOOD, "hidden_size": -1}), "hidden"),
        (json.dumps({**GOOD, "num_key_value_heads": 5}), "num_key_value_heads = 5"),
        (json.dumps({**GOOD, "vocab_size": 1e300}), "vocab"),
        (json.dumps({**GOOD, "model_type": "<b>$x$</b>", "num_hidden_layers": 0}), "layers"),
    ],
)
def test_a_bad_config_is_one_sentence_and_the_page_stays(text, named):
    app = open_chapter(PAGE, model="A config.json")
    app.text_area(key="model_config").set_value(text).run()
    assert not app.exception
    assert len(errors(app)) == 1
    assert named in errors(app)[0].replace("\\", "")
    assert app.header  # the questions are still there


def test_a_pasted_config_is_used():
    app = open_chapter(PAGE, model="A config.json")
    app.text_area(key="model_config").set_value(json.dumps(GOOD)).run()
    assert not errors(app)
    assert any("1,235,814,400" in caption.value for caption in app.caption)


CASES = {case["id"]: case for case in json.loads((ROOT / "tests/data/model_configs.json").read_text("utf-8"))}


@pytest.mark.parametrize("name", ["Kimi-K2", "Gemma-3-4B", "LLaVA-1.5-7B", "Jamba-v0.1", "Qwen3-VL-30B-A3B-Instruct"])
@pytest.mark.parametrize(("page", "key"), [(PAGE, "model"), ("kv_cache", "kv_model")])
def test_a_config_that_no_formula_reads_is_counted_by_a_worker(name, page, key):
    app = open_chapter(page, **{key: "A config.json", "kv_context": "4096"})  # the longest that all five can read
    app.text_area(key=f"{key}_config").set_value(json.dumps(CASES[name]["config"])).run()

    def counted() -> bool:
        app.run()
        return any(f"{CASES[name]['parameters']:,}" in caption.value for caption in app.caption)

    wait_until(counted, f"the parameters of {name}")
    assert not app.exception
    assert not errors(app)


def test_how_long_a_sound_is_can_be_chosen_where_a_model_hears():
    app = open_chapter(PAGE, model="A config.json", model_seconds="60")
    app.text_area(key="model_config").set_value(json.dumps({**SPEECH, "max_target_positions": 512})).run()

    def said(seconds: int) -> bool:
        return any(f"Counted for {seconds} seconds of sound" in caption.value for caption in app.run().caption)

    wait_until(lambda: said(60), "the sound that the link asks for")
    app.slider(key="model_seconds").set_value(5)
    assert said(5)
    assert not app.exception
    assert not errors(app)


def test_a_type_that_transformers_does_not_know_is_refused_by_name():
    app = open_chapter(PAGE, model="A config.json")
    app.text_area(key="model_config").set_value(json.dumps(CASES["ChatGLM3-6B"]["config"])).run()
    wait_until(lambda: bool(errors(app.run())), "the refusal")
    assert not app.exception
    assert "chatglm" in errors(app)[0].replace("\\", "")


def test_no_network_is_one_sentence(monkeypatch):
    import urllib.request

    def refuse(*_args, **_kwargs):
        raise OSError("no network")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    app = open_chapter(PAGE, model="From the Hugging Face hub", model_hub="owner/never-seen")
    assert not app.exception
    assert "cannot be reached" in errors(app)[0]


@pytest.mark.parametrize("name", ["../../etc/passwd", "http://evil/x", "a/b/c", "", "x" * 150])
def test_what_is_no_hub_id_is_refused_without_asking(name):
    app = open_chapter(PAGE, model="From the Hugging Face hub", model_hub=name)
    assert not app.exception
    assert not name or "hub id" in errors(app)[0]


@pytest.mark.parametrize("view", VIEWS.values())
@pytest.mark.parametrize("job", ["Serve it", "Train it"])
def test_every_view_of_both_jobs(job, view):
    app = open_chapter(PAGE, job=job, view=view)
    assert not app.exception
    assert not errors(app)


def test_the_lectures_presets():
    store, train, serve, qlora = (preset.label for preset in PRESETS)
    app = open_chapter(PAGE)
    button(app, store).click().run()
    assert metrics(app)["The lecture's rule"] == "4.80 GB"  # 4 GB of weights and its 20%
    button(app, train).click().run()
    assert metrics(app)["The lecture's rule"] == "24.0 GB"
    button(app, serve).click().run()
    assert metrics(app)["The lecture's rule"] == "169 GB"  # 168 for 70B sharp; Llama 3.1 has 70.55B
    assert any("Split over 2 GPUs" in each.value for each in app.markdown)
    button(app, qlora).click().run()
    assert not any(each.value == "What would make it fit" for each in app.subheader)
    assert not app.exception


def test_a_change_is_applied_by_its_button():
    app = open_chapter(PAGE, job="Train it", model="Llama-3.2-1B", gpu="RTX 3090", batch="8")
    assert any(each.value == "What would make it fit" for each in app.subheader)
    app.button(key="fix_batch").click().run()
    assert not app.exception
    assert app.select_slider(key="batch").value == 1
    assert app.select_slider(key="accumulation").value == 8


def test_a_pasted_error_is_read_and_explained():
    app = open_chapter(PAGE, job="Train it", view="My measurement", method="LoRA", weights="All in bf16")
    said = "CUDA out of memory. Tried to allocate 2.00 GiB. Of the allocated memory 33.10 GiB is allocated by PyTorch"
    app.text_area(key="memory_paste").set_value(said).run()
    assert not app.exception
    assert metrics(app)["Measured"] == "35.1 GiB"
    app.text_area(key="memory_paste").set_value("it broke").run()
    assert "No memory figure" in errors(app)[0]


def test_two_setups_side_by_side():
    app = open_chapter(PAGE, view="Two set-ups")
    button(app, "Keep this one as A").click().run()
    app.select_slider(key="users").set_value(64).run()
    assert not app.exception
    assert "KV cache" in list(app.dataframe[0].value["part"])


@pytest.mark.parametrize("part", ["What a token costs", "Pages against reservation"])
def test_the_kv_cache_page(part):
    app = open_chapter("kv_cache", part=part, kv_model="OPT-13B", kv_context="2048", kv_users="1")
    assert not app.exception
    assert not errors(app)
    if part == "What a token costs":
        assert metrics(app)["One token"] == "800 KiB"  # Kwon et al. 2023, section 3


def test_weights_that_leave_no_room_for_a_cache():
    app = open_chapter("kv_cache", kv_model="Llama-3.1-405B", kv_gpu="GTX 1070")
    assert not app.exception
    assert any("do not fit" in each.value for each in app.markdown)


def test_pulling_the_dilemma_to_its_corners():
    app = open_chapter("training_dilemma", want_memory="12", want_computing="0", want_kept="0")
    assert metrics(app)["Weights trained"] != "all"
    app = open_chapter("training_dilemma", want_memory="0", want_computing="0", want_kept="12")
    assert metrics(app)["Weights trained"] == "all"
    app = open_chapter("training_dilemma", want_memory="0", want_computing="0", want_kept="0")
    assert "weights must be above 0" in errors(app)[0]
    assert not app.exception


def test_set_up_a_comes_with_the_link():
    packed = pack(architecture("Llama-3.1-8B"), ServingSetup(sequences=64))
    app = open_chapter(PAGE, view="Two set-ups", a=packed)
    assert not app.exception
    assert not app.error
    assert not any("Keep the set-up above" in each.value for each in app.markdown)


def test_a_forged_set_up_a_is_one_sentence():
    app = open_chapter(PAGE, view="Two set-ups", a='{"job":"steal"}')
    assert not app.exception
    assert any("cannot be read" in each.value for each in app.error)
