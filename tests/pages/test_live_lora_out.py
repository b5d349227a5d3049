"""Out: without a run, and with one, every file of it."""

from __future__ import annotations

import pytest

from tests.pages.conftest import open_chapter, start_and_finish


def test_without_a_run_it_says_where_to_get_one():
    app = open_chapter("live_lora", view="Out")
    assert not app.exception
    assert any("Choose **Train** above" in each.value for each in app.info)


@pytest.mark.usefixtures("tiny_worker")
def test_every_file_of_a_run():
    app = open_chapter("live_lora", steps="10")
    start_and_finish(app, "Start")
    app.segmented_control(key="view").set_value("Out").run()
    assert not app.exception
    assert not app.error
    assert any("bit for bit the same" in each.value for each in app.success)
    labels = {each.label for each in app.get("download_button")}
    assert {"Script", "Notebook", "Unsloth notebook", "CSV", "JSON"} <= labels
    # The files of the base are stored in 16 bits, and the run computed in 32: said nothing, plain peft gives others.
    loading = next(each.value for each in app.code if "PeftModel.from_pretrained" in each.value)
    assert 'dtype="float32"' in loading
    assert '"kopi-orders-adapter"' in loading.replace("'", '"'), "the folder is called by the texts"
    start_and_finish(app, "Merge and compare")
    assert any(each.label.startswith("Merged model (zip") for each in app.get("download_button"))
    words = " ".join(each.value for each in app.markdown)
    assert "goes on with :green[:material/check_circle:] the same text" in words


@pytest.mark.usefixtures("tiny_worker")
def test_a_run_of_a_comparison_is_repeated_by_script_and_notebook():
    chosen = {"cmp_2": "IA3", "cmp_3": "Nothing", "cmp_4": "Nothing"}
    app = open_chapter("live_lora", view="Compare", cmp_steps="5", cmp_seeds="1", **chosen)
    start_and_finish(app, "Compare")
    app.segmented_control(key="view").set_value("Out").run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="out_run:lora-compare").options == ["IA3, seed 0"], "the base trains nothing"
    assert {"Script", "Notebook", "JSON"} <= {each.label for each in app.get("download_button")}
    words = " ".join(each.value for each in app.markdown)
    assert "the figures are kept and not the files" in words
