"""Out: without a run, and with one, every file of it."""

from __future__ import annotations

import pytest

from lib.training.texts.datasets import load_dataset
from tests.pages.conftest import finish_jobs, open_chapter, press, said, start_and_finish


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


@pytest.mark.usefixtures("tiny_worker")
@pytest.mark.parametrize(
    ("chosen", "method", "held"), [("bf16", "lora", "bf16"), ("nf4 (QLoRA)", "qlora_nf4", "nf4-double")]
)
def test_the_base_of_a_run_is_held_as_chosen_and_every_file_of_it_says_so(chosen, method, held):
    app = open_chapter("live_lora", steps="5", held_in=chosen)
    start_and_finish(app, "Start")
    assert not app.error
    assert f"beside each frozen $W$, held in {held.removesuffix('-double')}, two small matrices" in said(app)
    app.text_input(key=f"ask_prompt:{load_dataset('kopi_orders').title}").set_value("Uncle, one Teh").run()
    press(app, "Ask")
    finish_jobs(app)
    assert not app.error
    app.segmented_control(key="view").set_value("Out").run()
    assert not app.exception
    (code,) = (each.value for each in app.code if "AutoModelForCausalLM.from_pretrained" in each.value)
    compile(code, "shown", "exec")
    assert ("load_in_4bit=True" in code) is (held == "nf4-double")
    assert ('dtype="bfloat16"' in code) is (held == "bf16")
    assert ("the merged model may say something else than your run did" in said(app)) is (held == "nf4-double")
    start_and_finish(app, "Merge and compare")
    assert not app.error
    assert f"so the difference is rounding ({'fp32' if held == 'nf4-double' else held})" in said(app)
    (table,) = (each.value for each in app.dataframe if "Base held in" in set(each.value["What"]))
    told = dict(zip(table["What"], table["Value"], strict=True))
    assert told["Base held in"] == held
    assert told["Settings"].startswith(f"method {method}, ")
