"""A notebook that fine-tunes a real model on a GPU with QLoRA, through Unsloth and TRL. No torch here.

Not run by this project: names and arguments are checked against the packages that `Checked` names.
"""

from __future__ import annotations

import json
import pprint
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lib.places import ASSETS
from lib.sources import Source
from lib.training.out.program import notebook_of
from lib.training.run import FineTuningRun
from lib.training.texts.datasets import Example


@dataclass(frozen=True)
class GpuModel:
    id: str
    architecture: str
    """What the memory calculator calls it."""
    parameters: str
    licence: str


@dataclass(frozen=True)
class Checked:
    """What the notebook was written against."""

    models: tuple[GpuModel, ...]
    learning_rate: float
    """QLoRA's; a rate for a tiny model would be far too high."""
    learning_rate_source: Source
    versions: dict[str, str]
    """By package, the version whose signatures were read."""
    takes: dict[str, frozenset[str]]
    """By what is called, the arguments that it takes there."""
    steps: tuple[dict[str, str], ...]
    """Of the notebook: key, title, words, and what to look for."""


@cache
def checked() -> Checked:
    """What assets/training/unsloth.json says of the libraries that the notebook calls."""
    data = json.loads((ASSETS / "training" / "unsloth.json").read_text(encoding="utf-8"))
    return Checked(
        models=tuple(GpuModel(**model) for model in data["models"]),
        learning_rate=data["learning_rate"],
        learning_rate_source=Source(**data["learning_rate_source"]),
        versions=data["checked_against"],
        takes={name: frozenset(arguments) for name, arguments in data["takes"].items()},
        steps=tuple(data["steps"]),
    )


@dataclass(frozen=True)
class NotebookStep:
    """A step of the notebook: what it is for, its code, and what to look for when it has run."""

    key: str
    title: str
    words: str
    code: tuple[str, ...]
    """One text a cell."""
    look_for: str

    @property
    def above(self) -> str:
        """What stands above its code in the notebook, as Markdown."""
        return f"### {self.title}\n\n{self.words}\n\n**Look for:** {self.look_for}"


def unsloth_notebook(run: FineTuningRun, prompts: Sequence[str], model: str) -> str:
    """The run's texts and settings, for `model` on a CUDA GPU: a Colab T4 (fp16) or newer (bf16)."""
    cells = [("markdown", _introduction(run, checked()))]
    for step in notebook_steps(run, prompts, model):
        cells += [("markdown", step.above), *(("code", code) for code in step.code)]
    return notebook_of(cells, accelerator="GPU", colab={"gpuType": "T4"})


def notebook_steps(run: FineTuningRun, prompts: Sequence[str], model: str) -> tuple[NotebookStep, ...]:
    """The notebook, step by step; its words are in `assets/training/unsloth.json`."""
    facts = checked()
    texts = (*run.data.training, *run.data.held_out)
    answers_only = run.loss_on == "answer" and all(_splits(each) for each in texts)
    code = {
        "install": ("%%capture\n!pip install unsloth",),
        "import": (IMPORTS,),
        "data": (
            _dataset_in_python("train", run.data.training, answers_only),
            _dataset_in_python("held_out", run.data.held_out, answers_only),
        ),
        "load": (LOAD.format(model=model),),
        "adapter": (_adapter(run),),
        "training": (_training(run, facts, answers_only),),
        "train": (TRAIN,),
        "ask": (_asking(prompts),),
        "save": (SAVE,),
    }
    filled = {
        "training": len(run.data.training),
        "held_out": len(run.data.held_out),
        "rate": facts.learning_rate,
        "own_rate": run.learning_rate,
        "rate_source": facts.learning_rate_source.title,
    }
    return tuple(
        NotebookStep(
            each["key"],
            each["title"],
            each["words"].format(**filled),
            code[each["key"]],
            each["look_for"].format(**filled),
        )
        for each in facts.steps
    )


def _introduction(run: FineTuningRun, facts: Checked) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in facts.versions.items())
    return (
        "# QLoRA on a real GPU\n\n"
        f"Your settings of Finetuning Lab ({len(run.data.training)} texts, rank {run.rank}), on a model "
        "hundreds of times as large. In Colab choose *Runtime → Change runtime type → T4 GPU*, then run all cells.\n\n"
        f"**Not run by Finetuning Lab.** Every name and argument was compared with the source of {versions}; nothing "
        "of it was executed, because that needs a GPU and a network."
    )


IMPORTS = """\
from unsloth import FastLanguageModel, is_bfloat16_supported  # first, so that it can speed up what follows

import torch
from datasets import Dataset
from trl import SFTConfig, SFTTrainer"""

LOAD = """\
model, tokenizer = FastLanguageModel.from_pretrained(
    model_name={model!r},
    max_seq_length=512,
    dtype=None,
    load_in_4bit=True,
)
print(f"In use: {{torch.cuda.memory_allocated() / 2**30:.2f}} GiB")"""

TRAIN = """\
trainer.train()
print(trainer.evaluate())
print(f"Largest memory in use: {torch.cuda.max_memory_allocated() / 2**30:.2f} GiB")"""

SAVE = """\
import shutil
from safetensors.torch import load_file, save_file

model.save_pretrained("adapter")
weights = "adapter/adapter_model.safetensors"
save_file({name: tensor.half() for name, tensor in load_file(weights).items()}, weights, metadata={"format": "pt"})
shutil.make_archive("adapter", "zip", "adapter")
trainer.state.save_to_json("trainer_state.json")"""


def _splits(text: Example) -> bool:
    """Whether it is one prompt with one answer after it."""
    return len(text.answers) == 1 and text.answers[0][0] > 0 and text.answers[0][1] == len(text.text)


def _dataset_in_python(name: str, texts: tuple[Example, ...], answers_only: bool) -> str:
    def row(text: Example) -> dict[str, str]:
        start = text.answers[0][0] if answers_only else 0
        return {"prompt": text.text[:start], "completion": text.text[start:]} if answers_only else {"text": text.text}

    rows = "\n".join(f"    {row(text)!r}," for text in texts)
    return f"{name} = Dataset.from_list([\n{rows}\n])"


def _adapter(run: FineTuningRun) -> str:
    return (
        "model = FastLanguageModel.get_peft_model(\n"
        "    model,\n"
        f"    r={run.rank},\n"
        f"    lora_alpha={run.lora_alpha},\n"
        f"    lora_dropout={run.lora_dropout!r},\n"
        f"    target_modules={list(run.target_modules)!r},\n"
        '    bias="none",\n'
        f"    use_rslora={run.method == 'rslora'},\n"
        '    use_gradient_checkpointing="unsloth",\n'
        f"    random_state={run.seed},\n"
        ")\n"
        "model.print_trainable_parameters()"
    )


def _training(run: FineTuningRun, facts: Checked, answers_only: bool) -> str:
    only = "    completion_only_loss=True,\n" if answers_only else ""
    return (
        "args = SFTConfig(\n"
        '    output_dir="outputs",\n'
        "    max_length=512,\n"
        f"{only}"
        f"    per_device_train_batch_size={run.batch_size},\n"
        f"    max_steps={run.steps},\n"
        f"    learning_rate={facts.learning_rate!r},\n"
        f"    lr_scheduler_type={_schedule(run)!r},\n"
        f"    warmup_steps={run.warmup_steps},\n"
        '    optim="adamw_8bit",\n'
        "    weight_decay=0.0,\n"
        "    fp16=not is_bfloat16_supported(),\n"
        "    bf16=is_bfloat16_supported(),\n"
        "    logging_steps=1,\n"
        '    eval_strategy="steps",\n'
        f"    eval_steps={run.evaluate_every},\n"
        f"    seed={run.seed},\n"
        '    report_to="none",\n'
        ")\n"
        "trainer = SFTTrainer(\n"
        "    model=model, args=args, train_dataset=train, eval_dataset=held_out, processing_class=tokenizer\n"
        ")"
    )


def _schedule(run: FineTuningRun) -> str:
    """In transformers "constant" has no warm-up; there it has a name of its own."""
    name = run.lr_scheduler_type
    return "constant_with_warmup" if name == "constant" and run.warmup_steps else name


def _asking(prompts: Sequence[str]) -> str:
    return (
        f"prompts = {pprint.pformat(list(prompts), width=100)}\n"
        "FastLanguageModel.for_inference(model)\n"
        "for prompt in prompts:\n"
        '    inputs = tokenizer(prompt, return_tensors="pt").to(model.device)\n'
        "    output = model.generate(**inputs, max_new_tokens=24, do_sample=False)\n"
        "    print(tokenizer.decode(output[0], skip_special_tokens=True))"
    )
