"""The notebook for a real GPU, which nothing here can run: its names and arguments, and what it is filled with."""

from __future__ import annotations

import ast
import dataclasses
import json
from types import SimpleNamespace

import pytest

from lib.lesson.unsloth.brought.adapter import read_adapter
from lib.lesson.unsloth.brought.log import At, read_log
from lib.training.events import Finished
from lib.training.out.card import RunCard
from lib.training.out.record import RunRecord
from lib.training.out.unsloth import SAVE, checked, unsloth_notebook
from lib.training.run import FineTuningRun
from lib.training.texts.datasets import Dataset, Example
from lib.training.texts.prompts import Completion

QUESTIONS = Dataset("t", "", "", (Example("ask: kopi", ((5, 9),)),), (Example("ask: teh", ((5, 8),)),), ())
HOSTILE = "'''\n\"\"\" {x} \\ 好"


def recorded(**settings: object) -> RunRecord:
    card = RunCard("m", None, None, None, "t", "", "fp32", "cpu", 1, (), "a", "a")
    said = Completion(HOSTILE, "", (), (), ())
    return RunRecord(FineTuningRun(**settings), (), (), Finished(1, (said,), 1.0, b"", card))


def notebook(record: RunRecord) -> str:
    prompts = [each.prompt for each in record.finished.completions]
    return unsloth_notebook(record.run, prompts, checked().models[0].id)


def code(record: RunRecord) -> str:
    cells = json.loads(notebook(record))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def calls(source: str) -> dict[str, dict[str, object]]:
    """By what is called, its arguments by name, evaluated where they are written out."""
    source = "\n".join(line for line in source.splitlines() if not line.startswith(("%", "!")))
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            found[ast.unparse(node.func)] = {each.arg: _value(each.value) for each in node.keywords}
    return found


def _value(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


@pytest.mark.parametrize("settings", [{}, {"own": QUESTIONS, "loss_on": "answer", "warmup_steps": 2}])
def test_it_calls_nothing_with_an_argument_that_is_not_taken(settings):
    """What `assets/training/unsloth.json` says was read from the packages; TrainingArguments are the installed ones."""
    from transformers import TrainingArguments

    takes = {name: set(names) for name, names in checked().takes.items()}
    takes["SFTConfig"] |= {field.name for field in dataclasses.fields(TrainingArguments)}
    called = calls(code(recorded(**settings)))
    assert takes.keys() <= called.keys()
    assert {name: set(called[name]) - taken for name, taken in takes.items()} == {name: set() for name in takes}


def test_it_is_filled_with_the_run_s_settings_but_for_the_learning_rate():
    run = {"rank": 4, "lora_alpha": 7, "target_modules": ("q_proj",), "seed": 9, "steps": 31, "batch_size": 2}
    called = calls(code(recorded(**run, warmup_steps=3, lr_scheduler_type="constant")))
    adapter = called["FastLanguageModel.get_peft_model"]
    assert (adapter["r"], adapter["lora_alpha"], adapter["target_modules"]) == (4, 7, ["q_proj"])
    config = called["SFTConfig"]
    assert (config["max_steps"], config["per_device_train_batch_size"], config["seed"]) == (31, 2, 9)
    assert (config["lr_scheduler_type"], config["warmup_steps"]) == ("constant_with_warmup", 3)
    assert config["learning_rate"] == 2e-4  # Dettmers et al. 2023, appendix B
    assert (config["fp16"], config["bf16"]) == ("not is_bfloat16_supported()", "is_bfloat16_supported()")


def test_answers_alone_count_where_they_did_in_the_run():
    asked = code(recorded(own=QUESTIONS, loss_on="answer"))
    assert "{'prompt': 'ask: ', 'completion': 'kopi'}" in asked
    assert calls(asked)["SFTConfig"]["completion_only_loss"] is True
    whole = code(recorded(own=QUESTIONS))
    assert "{'text': 'ask: kopi'}" in whole
    assert "completion_only_loss" not in calls(whole)["SFTConfig"]


def test_texts_are_text_whatever_stands_in_them():
    hostile = dataclasses.replace(QUESTIONS, training=(Example(HOSTILE),))
    assert repr(HOSTILE) in code(recorded(own=hostile))
    assert calls(code(recorded(own=hostile)))


def test_it_says_that_it_was_not_run():
    words = notebook(recorded())
    assert "Not run by Finetuning Lab" in words
    assert f"trl {checked().versions['trl']}" in words


@pytest.mark.torch
# peft reads an attribute that transformers 5.23 has renamed
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_what_its_last_cell_saves_is_what_the_activity_reads(tmp_path, monkeypatch):
    """The cell itself, on a model of two small layers; norms by torch from the whole matrices."""
    import peft
    import torch
    import transformers

    monkeypatch.chdir(tmp_path)
    config = transformers.LlamaConfig(
        vocab_size=32, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2
    )
    torch.manual_seed(0)
    model = peft.get_peft_model(
        transformers.LlamaForCausalLM(config),
        peft.LoraConfig(r=2, lora_alpha=8, target_modules=["q_proj", "down_proj"]),
    )
    squares = {0: 0.0, 1: 0.0}
    trained = dict(model.named_parameters())
    for name, down in trained.items():
        if "lora_A" in name:
            up = trained[name.replace("lora_A", "lora_B")].data.normal_()
            squares[int(name.split(".")[4])] += (4.0 * up @ down).square().sum().item()
    state = transformers.TrainerState(log_history=[{"step": 1, "loss": 2.5}, {"step": 1, "eval_loss": 2.25}])
    exec(SAVE, {"model": model, "trainer": SimpleNamespace(state=state)})

    read = read_adapter((tmp_path / "adapter.zip").read_bytes(), "adapter.zip")
    assert read.parameters == sum(each.numel() for each in model.parameters() if each.requires_grad)
    assert read.by_layer == pytest.approx({layer: square**0.5 for layer, square in squares.items()}, rel=1e-3)  # fp16
    assert (read.rank, read.lora_alpha, read.notes) == (2, 8.0, ())
    log = read_log((tmp_path / "trainer_state.json").read_bytes(), "trainer_state.json")
    assert (log.training, log.held_out) == ((At(1, 2.5),), (At(1, 2.25),))
