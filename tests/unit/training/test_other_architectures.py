"""Runs on models whose matrices are not called, or not stored, as Llama's: tiny ones of transformers' own classes."""

from __future__ import annotations

import shutil
import sys
import types
from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from lib.memory.model.config_json import from_text
from lib.models.load import load
from lib.training.errors import TrainingError
from lib.training.events import Finished, HeldOut, Started, Step, Watched
from lib.training.finetune import finetune
from lib.training.inside.update import updates
from lib.training.methods.catalogue import methods
from lib.training.methods.counting import trained_parameters
from lib.training.out import program
from lib.training.out.record import record
from lib.training.run import FineTuningRun
from lib.training.texts.batches import held_out_loss
from lib.training.texts.datasets import Example

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:MatMul8bitLt:UserWarning"),
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
SMALL = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 96}
CONFIGS = {
    "gpt2": {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 256},
    "phi": {**SMALL, "max_position_embeddings": 256},
    "gpt_neox": {**SMALL, "max_position_embeddings": 256},
}
TRAINING = [name for name, method in methods().items() if method.trains]


@pytest.fixture(scope="module")
def folders(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tiny model's tokenizer beside random weights of each architecture."""
    found = {}
    for model_type, sizes in CONFIGS.items():
        folder = tmp_path_factory.mktemp(model_type) / model_type
        shutil.copytree(tiny_model, folder, ignore=shutil.ignore_patterns("*.safetensors", "config.json"))
        ours = AutoConfig.from_pretrained(tiny_model)
        ends = {"eos_token_id": ours.eos_token_id, "bos_token_id": ours.bos_token_id, "pad_token_id": ours.pad_token_id}
        torch.manual_seed(0)
        config = AutoConfig.for_model(model_type, vocab_size=ours.vocab_size, **ends, **sizes)
        AutoModelForCausalLM.from_config(config).save_pretrained(folder)
        found[model_type] = folder
    return found


def run_on(folder: Path, monkeypatch: pytest.MonkeyPatch, method: str, **more) -> tuple[FineTuningRun, list]:
    monkeypatch.setenv("BASE_MODEL", str(folder))
    small = {"steps": 6, "rank": 4, "virtual_tokens": 4, "bottleneck": 8, "learning_rate": 1e-2, "ask_every": 0}
    run = FineTuningRun(**{**small, "method": method, **more})
    return run, list(finetune(run))


def of(kind: type, events: list) -> list:
    return [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize(
    ("model_type", "method"),
    [*(("gpt2", method) for method in TRAINING), ("phi", "lora"), ("phi", "ia3"), ("gpt_neox", "bottleneck")],
)
def test_a_method_trains_what_its_formula_says_and_learns(folders, monkeypatch, model_type, method):
    run, events = run_on(folders[model_type], monkeypatch, method)
    (started,), losses = of(Started, events), of(HeldOut, events)
    architecture = from_text((folders[model_type] / "config.json").read_text())
    assert started.trainable == trained_parameters(run, architecture)
    assert losses[-1].loss < losses[0].loss
    assert of(Step, events)[0].grad_norm > 0


def test_the_matrices_of_gpt_2_are_told_apart_as_they_are_watched_and_in_the_files(folders, monkeypatch):
    _, events = run_on(folders["gpt2"], monkeypatch, "lora")
    (finished,) = of(Finished, events)
    names = {"c_attn", "attn.c_proj", "c_fc", "mlp.c_proj"}
    assert {(place.layer, place.matrix) for place in updates(finished.adapter)} == {
        (layer, name) for layer in (0, 1) for name in names
    }
    last = of(Watched, events)[-1]
    (there,) = (update for place, update in updates(finished.adapter).items() if place == last.place)
    assert there.matrix == pytest.approx(last.update.matrix)


@pytest.mark.parametrize("model_type", CONFIGS)
def test_texts_one_after_another_in_a_row_do_not_see_each_other(folders, model_type):
    """The mean over texts read together is that of texts read alone."""
    model, tokenizer = load(folders[model_type])
    texts = [Example("Kopi O Kosong"), Example("Teh C, please"), Example("one more")]
    tokens = [len(tokenizer(each.text)["input_ids"]) for each in texts]
    alone = [held_out_loss(model, tokenizer, [each]) for each in texts]
    mean = sum(loss * count for loss, count in zip(alone, tokens, strict=True)) / sum(tokens)
    assert held_out_loss(model, tokenizer, texts) == pytest.approx(mean, rel=1e-4)


@pytest.mark.parametrize("method", ["lora", "ia3"])
def test_its_program_names_its_matrices_and_gives_its_losses(folders, monkeypatch, tmp_path, capsys, method):
    run, events = run_on(folders["gpt2"], monkeypatch, method)
    script = program.script(record(run, events))
    assert "'c_attn'" in script
    monkeypatch.chdir(tmp_path)
    module = types.ModuleType("repeat")
    monkeypatch.setitem(sys.modules, "repeat", module)
    exec(compile(script, "repeat", "exec"), vars(module))
    assert "Largest difference from the recorded losses: 0\n" in capsys.readouterr().out


def test_a_bottleneck_where_no_mlp_stands_by_itself_is_refused_in_a_sentence(tiny_model, tmp_path, monkeypatch):
    shutil.copytree(tiny_model, tmp_path / "opt", ignore=shutil.ignore_patterns("*.safetensors", "config.json"))
    config = AutoConfig.for_model("opt", vocab_size=257, ffn_dim=96, word_embed_proj_dim=64, **SMALL)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path / "opt")
    with pytest.raises(TrainingError, match="“opt” has none that stands by itself; choose LoRA"):
        run_on(tmp_path / "opt", monkeypatch, "bottleneck")
