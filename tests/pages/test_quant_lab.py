"""The quantization lab through the engine, as its page uses it."""

from __future__ import annotations

import shutil

import pytest

from lib.models.catalogue import BUNDLED, REAL
from lib.quant.measure.run import USUAL_PROMPT, USUAL_QUESTION
from lib.ui.models import choice
from tests.pages.conftest import finish_jobs, open_chapter, press, refused, rerun_until, start_and_finish

PAGE = "quantization_lab"


def headers(app) -> list[str]:
    return [header.value for header in app.header]


def test_before_a_run_every_claim_is_open():
    app = open_chapter(PAGE)
    assert not app.exception
    assert sum("not measured yet" in each.value for each in app.markdown) == 5
    assert sum("true by definition" in each.value for each in app.markdown) == 3
    assert app.selectbox(key="model").value == BUNDLED
    assert "What others have measured" in headers(app)


def test_what_is_hidden_is_not_drawn():
    """Its charts and tables would be made anew at every move of a slider: they took a third of its time."""
    app = open_chapter(PAGE)
    published = [tab for tab in app.tabs if tab.label in ("LLM.int8()", "QLoRA", "GPTQ", "llama.cpp k-quants")]
    assert [bool(tab.children) for tab in published] == [True, False, False, False]
    shelf = next(each for each in app.expander if each.label == "Every recorded run")
    assert not shelf.children


def sizes(app):
    """The table with a row for each precision; None where there is none yet."""
    return next((frame.value for frame in app.dataframe if "True size" in frame.value.columns), None)


@pytest.fixture
def real_model_is_tiny(tiny_model, tmp_path, monkeypatch):
    folder = tmp_path / REAL
    shutil.copytree(tiny_model, folder)
    (folder / "chat_template.jinja").write_text("{{ messages[0]['content'] }}", encoding="utf-8")
    monkeypatch.setenv("MODELS_FOLDER", str(tmp_path))


@pytest.mark.usefixtures("real_model_is_tiny")
def test_the_real_model_is_the_default_where_it_is_and_is_asked_a_question():
    app = open_chapter(PAGE)
    assert not app.exception
    assert app.selectbox(key="model").value == REAL
    assert app.text_input(key=f"prompt:{REAL}").value == USUAL_QUESTION
    assert any("The Rain Gauge" in each.value for each in app.caption)
    app.selectbox(key="model").set_value(BUNDLED).run()
    assert app.text_input(key="prompt").value == USUAL_PROMPT
    assert any("The Time Machine" in each.value for each in app.caption)


@pytest.mark.usefixtures("real_model_is_tiny")
def test_while_a_class_is_at_work_the_quick_model_is_the_default(monkeypatch):
    monkeypatch.setattr(choice, "browsers_lately", lambda: 40)
    assert open_chapter(PAGE).selectbox(key="model").value == BUNDLED


@pytest.mark.thorough
@pytest.mark.usefixtures("tiny_worker")
def test_a_run_fills_the_page_row_by_row_and_ends_in_a_verdict():
    app = open_chapter(PAGE, rtn="false", tokens="512")
    press(app, "Measure")
    rerun_until(app, lambda: sizes(app) is not None, "a first row")
    finish_jobs(app)
    assert "What happened" in headers(app)
    table = sizes(app)
    assert list(table["Precision"]) == ["fp32", "bf16", "fp16", "int8", "fp4", "nf4", "nf4 dq"]
    assert table["KL from fp32"].iloc[0] == "–"
    words = " ".join(each.value for each in app.markdown)
    assert "is the smallest" in words
    assert "The tokens it would now guess otherwise" in headers(app)
    assert "not measured yet" not in words


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("Too short.", "needs at least"), ("x " * 120_000, "characters"), ("", "needs at least")],
    ids=["short", "long", "empty"],
)
def test_a_text_that_cannot_be_scored_is_one_sentence(text, sentence):
    app = open_chapter(PAGE, text="A text of your own")
    app.text_area(key="own_text").set_value(text).run()
    assert not app.exception
    if not any(sentence in error.value for error in app.error):
        start_and_finish(app, "Measure")
        assert any(sentence in error.value for error in app.error)


@pytest.mark.usefixtures("tiny_worker")
def test_the_map_marks_the_layer_that_hurts():
    app = open_chapter(PAGE)
    start_and_finish(app, "Map")
    assert any("hurts most" in each.value for each in app.markdown)


def test_a_hostile_link_falls_back():
    app = open_chapter(PAGE, tokens="-5", overlap="x", model="rm -rf", seed="lots", prompt="x" * 9000)
    assert not app.exception
    assert len(refused(app)) >= 4
