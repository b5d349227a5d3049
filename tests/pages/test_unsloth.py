"""The activity through AppTest: hostile links and files first, then every view, the notebook and what comes back."""

from __future__ import annotations

import json

import pytest

from lib.ui.kit import kept
from lib.ui.lesson.unsloth.views import VIEWS
from tests.pages.conftest import open_chapter, refused, start_and_finish
from tests.unit.lesson.unsloth.files import CONFIG, folder, state, tensors


@pytest.fixture(autouse=True)
def nobody_has_brought_anything() -> None:
    kept._kept.clear()


def said(app) -> str:
    parts = (*app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.error)
    return " ".join(each.value for each in parts).replace("\\", "")


@pytest.fixture(scope="module")
def back():
    """One page for all files: each brings its own."""
    return open_chapter("unsloth", un_view="Bring it back")


def bring(app, what: str, content: bytes, file: str):
    box = next(each for each in app.file_uploader if each.key.startswith(f"un_{what}_"))
    box.upload(file, content, "application/octet-stream").run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("view", "key", "value"),
    [
        ("What it changes", "un_view", "<script>"),
        ("What it changes", "un_tokens", "1e999"),
        ("What it changes", "un_model", "GPT-9; drop table"),
        ("What it changes", "un_pieces", "0"),
        ("Claims", "un_claim", "nan"),
        ("Your GPU", "un_gpu", "a toaster"),
        ("The notebook", "un_step", "../../etc/passwd"),
        ("The notebook", "un_printed_load", "-1e999"),
        ("Bring it back", "un_sample", "perhaps"),
    ],
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(view, key, value):
    app = open_chapter("unsloth", **{"un_view": view, "un_step": "4. The model in 4 bits (nf4), frozen", key: value})
    assert not app.exception
    assert key in refused(app)


@pytest.mark.parametrize(
    ("what", "content", "file", "sentence"),
    [
        ("adapter", b"\x80\x04.", "adapter_model.bin", "can run code"),
        ("adapter", folder()[:300], "adapter.zip", "damaged zip"),
        ("adapter", bytes(20_000_000), "x.safetensors", "not a whole safetensors"),
        ("log", b"{", "trainer_state.json", "cut short or damaged"),
        ("log", state(), "trainer_state.json", "holds no loss"),
        ("log", state({"step": 1, "loss": float("nan")}), "trainer_state.json", "NaN or infinite"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence_and_the_page_goes_on(back, what, content, file, sentence):
    bring(back, what, content, file)
    assert [sentence in error.value for error in back.error].count(True) == 1
    assert any(header.value == "Check yourself" for header in back.header)


def test_an_adapter_and_a_log_are_set_beside_the_recorded_run(back):
    bring(back, "adapter", folder(), "adapter.zip")
    parameters = sum(each.size for each in tensors().values())
    assert f"“adapter.zip” is read: {parameters:,} parameters." in said(back)
    assert "Not your run but one of the course" in said(back)
    assert "Layer 1 is moved by" in said(back)
    entries = [{"step": n, "loss": 3.0 / n} for n in range(1, 6)] + [{"step": 3, "eval_loss": 1.0}]
    entries.append({"step": 5, "eval_loss": 1.5})
    bring(back, "log", state(*entries), "trainer_state.json")
    assert "5 training losses, 2 held-out ones" in said(back)
    assert "lowest at step 3" in said(back)
    assert "memorises from there on" in said(back)
    assert {"CSV", "JSON"} <= {each.label for each in back.get("download_button")}
    next(each for each in back.button if each.label == "Forget what I brought").click().run()
    assert not back.exception
    assert "Bring a log, and its curve is drawn here" in said(back)


def test_a_log_inside_the_zip_is_read_too(back):
    bring(back, "adapter", folder(adapter__trainer_state_dot_json=state({"step": 2, "loss": 0.0})), "adapter.zip")
    assert "Its trainer_state.json is read too" in said(back)
    assert "At step 2 the loss is exactly 0" in said(back)


def test_settings_alone_are_shown_without_norms(back):
    bring(
        back, "adapter", json.dumps({**CONFIG, "base_model_name_or_path": "<b>x</b>"}).encode(), "adapter_config.json"
    )
    assert "is read." in said(back)
    assert "Layer" not in " ".join(each.value for each in back.markdown if "is moved" in each.value)


def test_the_recorded_log_says_that_it_was_no_gpu():
    app = open_chapter("unsloth", un_view="Bring it back", un_sample="true")
    assert not app.exception
    assert "on a CPU and not on a GPU, without Unsloth" in said(app)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_something_to_take_away(view):
    app = open_chapter("unsloth", un_view=view)
    assert not app.exception
    assert not app.error
    assert {"CSV", "JSON"} <= {each.label for each in app.get("download_button")}


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("Twice as fast, 70% less", "Only TinyLlama 1.1B on the Colab T4 reaches both"),
        ("Memory by length", "1.11 to 1.17 times as fast, not twice"),
        ("The longest text", "With it the claim is 342,733"),
        ("The least it takes", "weights alone take"),
    ],
)
def test_a_claim_stands_beside_its_set_up_and_the_formula(claim, words):
    app = open_chapter("unsloth", un_view="Claims", un_claim=claim)
    assert not app.exception
    assert words in said(app)
    assert "**Published.**" in said(app)


def test_the_lecture_s_cards_and_its_two_ways():
    app = open_chapter("unsloth", un_view="Your GPU", un_gpu="GTX 1070")
    assert "CUDA capability 6.1, and 7.0 is asked for. It has no bf16" in said(app)
    app.selectbox(key="un_gpu").set_value("Tesla T4").run()
    assert "LoRA is no quantization" in said(app)
    assert "Both train the same **41.9M** parameters" in said(app)


def test_each_step_of_the_notebook_says_what_to_look_for_in_figures():
    app = open_chapter("unsloth", un_view="The notebook", un_step="5. LoRA beside it")
    assert not app.exception
    assert "**9,043,968** trainable parameters" in said(app)  # 8 · 24 · (4 · 4,096 + 3 · 10,240)
    assert "Not run by this project" in said(app)
    app.number_input(key="un_printed_adapter").set_value(2 * 9_043_968).run()
    assert "That is rank 16 on the same matrices" in said(app)
    app.number_input(key="un_printed_adapter").set_value(9_043_968).run()
    assert "To the last digit what the formula says" in said(app)
    app.selectbox(key="un_step").set_value("save").run()
    assert "**18 MB** in 16 bits" in said(app)


@pytest.mark.usefixtures("tiny_worker")
def test_one_s_own_run_gives_the_settings_the_curve_and_the_adapter():
    app = open_chapter("live_lora", steps="6")
    start_and_finish(app, "Start")
    app.switch_page("pages/unsloth.py").run()
    app.segmented_control(key="un_view").set_value("The notebook").run()
    assert not app.exception
    assert "Your settings from Live LoRA" in said(app)
    assert "6 steps" in said(app)
    app.segmented_control(key="un_view").set_value("Bring it back").run()
    assert not app.exception
    assert "Your run in Live LoRA" in said(app)
    assert any(each.value == "Your adapter from Live LoRA" for each in app.header)
    assert "is moved by" in said(app)
