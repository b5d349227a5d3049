"""The script and the notebook of a run, executed by themselves: the same losses as the run here, digit by digit."""

from __future__ import annotations

import ast
import codeop
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from lib.training.errors import Diverged, TrainingError
from lib.training.finetune import finetune
from lib.training.methods.catalogue import methods
from lib.training.out import program, sources
from lib.training.out.record import RunRecord, record
from lib.training.out.repeated import METHODS
from lib.training.run import FineTuningRun
from lib.training.texts.datasets import Dataset, Example
from tests.waiting import LIMIT_S

pytestmark = [
    pytest.mark.torch,
    # peft reads an attribute that transformers 5.23 has renamed
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:MatMul8bitLt:UserWarning"),
]
HOSTILE = "\"\"\"\n# x = 1\\n {not_a_field} ''' </script> 好"
OWN = Dataset(
    title=HOSTILE,
    about="",
    source="",
    training=(Example(HOSTILE), Example("ask: kopi", ((5, 9),)), Example("teh"), Example("Kopi O Kosong")),
    held_out=(Example("ask: teh", ((5, 8),)), Example("Kopi C")),
    blanks=(),
)


@pytest.fixture(scope="module")
def recorded(tiny_model: Path) -> Iterator[RunRecord]:
    """A run with most settings away from their defaults, over an evaluation in its middle."""
    run = FineTuningRun(
        rank=4,
        learning_rate=1e-2,
        lr_scheduler_type="cosine",
        warmup_steps=3,
        steps=22,
        batch_size=3,
        target_modules=("q_proj", "v_proj"),
        lora_dropout=0.1,
        seed=5,
        own=OWN,
        loss_on="answer",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_MODEL", str(tiny_model))
        yield record(run, list(finetune(run)))


def told(folder: Path, printed: str, *, own_weights: bool = False) -> dict:
    """The losses that a program has written into `folder`, after what it printed was looked at."""
    assert "Largest difference from the recorded losses: 0\n" in printed
    assert "These are other weights" not in printed
    assert ("The frozen weights are those of the run, bit for bit: True" in printed) is not own_weights
    return json.loads((folder / "losses.json").read_text(encoding="utf-8"))


def same_losses(losses: dict, recorded: RunRecord) -> None:
    assert losses["losses"] == {str(each.step): each.loss for each in recorded.steps}
    assert losses["held_out_losses"] == {str(each.step): each.loss for each in recorded.held_out}


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Runs pieces of Python one after another in a module of their own, and in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    module = types.ModuleType("alone")
    monkeypatch.setitem(sys.modules, "alone", module)
    compiles = codeop.Compile()  # as IPython's, it remembers what was imported from __future__

    def run(base: Path, *pieces: str) -> None:
        monkeypatch.setenv("BASE_MODEL", str(base))
        for piece in pieces:
            exec(compiles(piece, "alone", "exec"), vars(module))

    return run


def cells(notebook: str, kind: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(notebook)["cells"] if cell["cell_type"] == kind]


def test_the_script_gives_the_losses_of_the_run(recorded, tiny_model, tmp_path):
    """In a process of its own, where this project cannot be imported."""
    (tmp_path / "repeat.py").write_text(program.script(recorded), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "repeat.py"],
        cwd=tmp_path,
        env={**os.environ, "BASE_MODEL": str(tiny_model), "PYTHONPATH": "", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert ran.returncode == 0, ran.stderr
    same_losses(told(tmp_path, ran.stdout), recorded)
    assert (tmp_path / "adapter" / "adapter_model.safetensors").exists()


def test_a_base_in_16_bits_is_repeated_in_16_bits(tiny_model, tmp_path, alone, capsys):
    run = FineTuningRun(rank=4, steps=3, batch_size=2, own=OWN, ask_every=0, base_in="bf16")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_MODEL", str(tiny_model))
        made = record(run, list(finetune(run)))
    assert made.card.precision == "bf16"
    alone(tiny_model, program.script(made))
    same_losses(told(tmp_path, capsys.readouterr().out), made)


@pytest.mark.parametrize("method", [name for name, method in methods().items() if method.trains and name != "lora"])
def test_every_method_that_can_be_compared_is_repeated_to_its_losses(method, tiny_model, tmp_path, alone, capsys):
    """As Compare makes its runs: weighed, and looked at a few times."""
    run = FineTuningRun(
        method=method,
        rank=4,
        virtual_tokens=4,
        bottleneck=8,
        steps=4,
        batch_size=2,
        learning_rate=1e-2,
        seed=3,
        own=OWN,
        evaluate_every=2,
        ask_every=0,
        weighs=True,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_MODEL", str(tiny_model))
        made = record(run, list(finetune(run)))
    assert len(made.steps) == 4
    alone(tiny_model, program.script(made))
    losses = told(tmp_path, capsys.readouterr().out, own_weights=methods()[method].own_weights)
    if method == "pissa":  # its parts add up to the base but for rounding
        losses["held_out_losses"]["0"] = made.held_out[0].loss
    same_losses(losses, made)
    assert [each.name for each in (tmp_path / ("model" if method == "full" else "adapter")).iterdir()]
    assert [code in program.script(made) for code in cells(program.notebook(made), "code")] == [True] * 8


def test_the_notebook_gives_the_losses_of_the_run(recorded, tiny_model, tmp_path, alone, capsys):
    alone(tiny_model, *cells(program.notebook(recorded), "code"))
    same_losses(told(tmp_path, capsys.readouterr().out), recorded)


def test_it_needs_nothing_of_this_project(recorded):
    wanted = {
        name.split(".")[0]
        for text in (program.script(recorded), *cells(program.notebook(recorded), "code"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names])
    }
    assert wanted - set(sys.stdlib_module_names) == {"torch", "transformers", "peft", "psutil"}  # peft needs it


def test_the_loop_in_it_is_the_loop_that_ran(recorded):
    ours = sources.module("lib.training.finetune")
    assert ours.source(ours.definitions["training_loop"]) in program.script(recorded)


def test_the_notebook_is_one_by_its_format(recorded):
    """Format 4.5, as https://nbformat.readthedocs.io/en/latest/format_description.html has it."""
    notebook = json.loads(program.notebook(recorded))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    for cell in notebook["cells"]:
        keys = {"cell_type", "id", "metadata", "source"}
        assert set(cell) == (keys | {"execution_count", "outputs"} if cell["cell_type"] == "code" else keys)


def test_other_weights_are_said_to_be_others(recorded, tiny_model, tmp_path, alone, capsys):
    other = shutil.copytree(tiny_model, tmp_path / "other")
    weights = load_file(other / "model.safetensors")
    weights["model.norm.weight"][0] += 1
    save_file(weights, other / "model.safetensors", metadata={"format": "pt"})
    alone(other, program.script(recorded))
    printed = capsys.readouterr().out
    assert "These are other weights than the run's" in printed
    assert "bit for bit: False" in printed


@pytest.mark.parametrize("method", [name for name, method in methods().items() if not method.trains])
def test_a_method_that_trains_nothing_is_refused_in_a_sentence(recorded, method):
    other = dataclasses.replace(recorded, run=dataclasses.replace(recorded.run, method=method))
    with pytest.raises(TrainingError, match=f"“{methods()[method].title}” trains nothing, so there is no training"):
        program.script(other)


def test_there_are_pieces_for_every_method_that_trains():
    assert {*METHODS, "pissa"} == {name for name, method in methods().items() if method.trains}


def test_what_is_gathered_comes_after_what_it_needs():
    gathered = sources.gather([("lib.training.errors", "Diverged")])
    assert list(gathered.sources) == [
        "StudentError",
        "TrainingError",
        "LEARNING_RATES",
        "lower_rate",
        "rate_to_try",
        "Diverged",
    ]
    assert gathered.imports == {"import math"}
    made: dict = {}
    exec("from __future__ import annotations\nimport math\n" + "\n".join(gathered.sources.values()), made)
    assert str(made["Diverged"](3, 9.0, 5.5, 0.1)) == str(Diverged(3, 9.0, 5.5, 0.1))
    assert TrainingError.__doc__ == made["TrainingError"].__doc__


def test_a_module_of_ours_cannot_be_taken_along():
    with pytest.raises(ValueError, match=r"catalogue of lib\.models cannot be taken along"):
        sources.gather([("lib.training.adapting", "base_precision")])
