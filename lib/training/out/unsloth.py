"""A notebook that fine-tunes a real model on a GPU with QLoRA, through Unsloth and TRL. No torch here.

Not run by this project: names and arguments are checked against the packages that `Checked` names.
"""

from __future__ import annotations

import json
import pprint
from dataclasses import dataclass
from functools import cache

from lib.places import ASSETS
from lib.sources import Source
from lib.training.out.program import notebook_of
from lib.training.out.record import RunRecord
from lib.training.texts.datasets import Example


@dataclass(frozen=True)
class GpuModel:
    id: str
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


@cache
def checked() -> Checked:
    data = json.loads((ASSETS / "training" / "unsloth.json").read_text(encoding="utf-8"))
    return Checked(
        models=tuple(GpuModel(**model) for model in data["models"]),
        learning_rate=data["learning_rate"],
        learning_rate_source=Source(**data["learning_rate_source"]),
        versions=data["checked_against"],
        takes={name: frozenset(arguments) for name, arguments in data["takes"].items()},
    )


def unsloth_notebook(record: RunRecord, model: str) -> str:
    """The run's texts and settings, for `model` on a CUDA GPU: a Colab T4 (fp16) or newer (bf16)."""
    facts, run = checked(), record.run
    answers_only = run.loss_on == "answer" and all(_splits(each) for each in run.data.training + run.data.held_out)
    cells = [
        ("markdown", _introduction(record, facts)),
        ("code", "%%capture\n!pip install unsloth"),
        ("code", IMPORTS),
        ("markdown", "The texts of your run: those to learn from, and those held out."),
        ("code", _dataset_in_python("train", run.data.training, answers_only)),
        ("code", _dataset_in_python("held_out", run.data.held_out, answers_only)),
        ("markdown", "The model in 4 bits (nf4), frozen. `dtype=None` takes bf16; on a T4, which has none, fp16."),
        ("code", LOAD.format(model=model)),
        ("markdown", "LoRA beside it, with the rank, alpha and targets of your run."),
        ("code", _adapter(record)),
        ("markdown", _training_words(record, facts)),
        ("code", _training(record, facts, answers_only)),
        ("code", TRAIN),
        ("markdown", "The same prompts as in your run."),
        ("code", _asking(record)),
        ("markdown", SAVE_WORDS),
        ("code", 'model.save_pretrained("adapter")\ntokenizer.save_pretrained("adapter")'),
    ]
    return notebook_of(cells, accelerator="GPU", colab={"gpuType": "T4"})


def _introduction(record: RunRecord, facts: Checked) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in facts.versions.items())
    return (
        "# QLoRA on a real GPU\n\n"
        f"Your run of Finetuning Lab ({len(record.run.data.training)} texts, rank {record.run.rank}), on a model "
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
)"""

TRAIN = """\
trainer.train()
print(trainer.evaluate())
print(f"Largest memory in use: {torch.cuda.max_memory_allocated() / 2**30:.2f} GiB")"""

SAVE_WORDS = (
    "The adapter, a few megabytes. To use it elsewhere, load the same base model and put it on with "
    '`PeftModel.from_pretrained(base, "adapter")`.'
)


def _splits(text: Example) -> bool:
    """Whether it is one prompt with one answer after it."""
    return len(text.answers) == 1 and text.answers[0][0] > 0 and text.answers[0][1] == len(text.text)


def _dataset_in_python(name: str, texts: tuple[Example, ...], answers_only: bool) -> str:
    def row(text: Example) -> dict[str, str]:
        start = text.answers[0][0] if answers_only else 0
        return {"prompt": text.text[:start], "completion": text.text[start:]} if answers_only else {"text": text.text}

    rows = "\n".join(f"    {row(text)!r}," for text in texts)
    return f"{name} = Dataset.from_list([\n{rows}\n])"


def _adapter(record: RunRecord) -> str:
    run = record.run
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
        ")"
    )


def _training_words(record: RunRecord, facts: Checked) -> str:
    return (
        f"Steps, batch, schedule and seed of your run. The learning rate is {facts.learning_rate:g} instead of your "
        f"{record.run.learning_rate:g}: large models need small steps ({facts.learning_rate_source.title})."
    )


def _training(record: RunRecord, facts: Checked, answers_only: bool) -> str:
    run = record.run
    only = "    completion_only_loss=True,\n" if answers_only else ""
    return (
        "args = SFTConfig(\n"
        '    output_dir="outputs",\n'
        "    max_length=512,\n"
        f"{only}"
        f"    per_device_train_batch_size={run.batch_size},\n"
        f"    max_steps={run.steps},\n"
        f"    learning_rate={facts.learning_rate!r},\n"
        f"    lr_scheduler_type={_schedule(record)!r},\n"
        f"    warmup_steps={run.warmup_steps},\n"
        '    optim="adamw_8bit",\n'
        "    weight_decay=0.0,\n"
        "    fp16=not is_bfloat16_supported(),\n"
        "    bf16=is_bfloat16_supported(),\n"
        "    logging_steps=1,\n"
        f"    seed={run.seed},\n"
        '    report_to="none",\n'
        ")\n"
        "trainer = SFTTrainer(\n"
        "    model=model, args=args, train_dataset=train, eval_dataset=held_out, processing_class=tokenizer\n"
        ")"
    )


def _schedule(record: RunRecord) -> str:
    """In transformers "constant" has no warm-up; there it has a name of its own."""
    name = record.run.lr_scheduler_type
    return "constant_with_warmup" if name == "constant" and record.run.warmup_steps else name


def _asking(record: RunRecord) -> str:
    prompts = pprint.pformat([each.prompt for each in record.finished.completions], width=100)
    return (
        f"prompts = {prompts}\n"
        "FastLanguageModel.for_inference(model)\n"
        "for prompt in prompts:\n"
        '    inputs = tokenizer(prompt, return_tensors="pt").to(model.device)\n'
        "    output = model.generate(**inputs, max_new_tokens=24, do_sample=False)\n"
        "    print(tokenizer.decode(output[0], skip_special_tokens=True))"
    )
