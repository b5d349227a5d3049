"""A script and a notebook that repeat a run, with torch, transformers and peft and without this project. No torch here.

The loop, the batches and the loss in them are this project's own source, so that they are what ran.
"""

from __future__ import annotations

import dataclasses
import json
import pprint
from collections.abc import Sequence
from dataclasses import dataclass

from lib.memory.model.module_names import own_names
from lib.training.out.record import RunRecord
from lib.training.out.repeated import Repeated, repeating
from lib.training.out.sources import gather, settings_class
from lib.training.texts.datasets import Example

ROOTS = (
    ("lib.training.texts.datasets", "Example"),
    ("lib.training.finetune", "training_loop"),
    ("lib.training.finetune", "optimizer_for"),
    ("lib.training.texts.batches", "held_out_loss"),
    ("lib.training.out.identity", "weights_sha256"),
    ("lib.models.load", "best_device"),
    ("lib.training.events", "Step"),
)
NEEDED = {
    "from dataclasses import dataclass",
    "import json",
    "import os",
    "import torch",
    "from transformers import AutoModelForCausalLM, AutoTokenizer",
}
"""What the parts written here import."""


@dataclass(frozen=True)
class Part:
    """A cell of the notebook, and a passage of the script."""

    words: str
    code: str


def script(record: RunRecord) -> str:
    """The run as one Python file."""
    first, *rest = _program_parts(record)
    passages = [f'"""{first.words}"""\n\n{first.code}']
    passages += ["\n".join(f"# {line}" for line in part.words.splitlines()) + f"\n\n{part.code}" for part in rest]
    return "\n\n\n".join(passages) + "\n"


def notebook(record: RunRecord) -> str:
    """The run as a Jupyter notebook, format 4.5 (https://nbformat.readthedocs.io/en/latest/format_description.html)."""
    return notebook_of(
        [cell for part in _program_parts(record) for cell in (("markdown", part.words), ("code", part.code))]
    )


def notebook_of(cells: Sequence[tuple[str, str]], **metadata: object) -> str:
    """A notebook of (type, text) cells, as JSON."""

    def cell(number: int, kind: str, text: str) -> dict:
        ran = {"execution_count": None, "outputs": []} if kind == "code" else {}
        lines = text.splitlines(keepends=True)
        return {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": lines, **ran}

    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps(
        {
            "cells": [cell(number, *each) for number, each in enumerate(cells)],
            "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}, **metadata},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=1,
        ensure_ascii=False,
    )


def texts_as_code(name: str, texts: Sequence[Example]) -> str:
    """Texts as Python, whatever stands in them: strings as `repr` writes them."""
    rows = [
        f"    Example({each.text!r}, {each.answers!r})," if each.answers else f"    Example({each.text!r}),"
        for each in texts
    ]
    return "\n".join([f"{name} = (", *rows, ")"])


def _program_parts(record: RunRecord) -> list[Part]:
    repeated = repeating(record)
    gathered = gather((*ROOTS, *repeated.roots), given=("FineTuningRun", "positions_in_front"))
    running = _running(repeated)
    for code in (repeated.in_front, running):
        gathered.read(code)
    values = {**record.own_settings, "target_modules": own_names(record.card.model_type, record.run.target_modules)}
    settings = settings_class("lib.training.run", "FineTuningRun", values, gathered, without=("data",))
    order = ("import ", "from ")
    needed = gathered.imports | NEEDED | repeated.imports
    imports = sorted(needed, key=lambda line: (order.index(line.split(" ")[0] + " "), line))
    return [
        Part(_introduction(record), "from __future__ import annotations\n\n" + "\n".join(imports)),
        Part("What the run was made of, and what it told.", _recorded(record)),
        Part(
            "The code that ran, as it stands in Finetuning Lab: texts of a step, their labels, loss, update.",
            "\n\n\n".join([repeated.in_front, *gathered.sources.values()]),
        ),
        Part("The settings of this run.", f"{settings}\n\n\nRUN = FineTuningRun()"),
        Part(
            "The texts it learnt from, and those that were held out.",
            f"{texts_as_code('TRAINING', record.run.data.training)}\n"
            f"{texts_as_code('HELD_OUT', record.run.data.held_out)}",
        ),
        Part("The same model in the same precision, computed on as many threads.", _model(record, repeated)),
        Part("The run.", running),
        Part("Whether it was the same run.", COMPARE.format(frozen=_frozen(repeated))),
    ]


def _introduction(record: RunRecord) -> str:
    public = [(name, number.split("+")[0]) for name, number in record.card.versions]  # "+cpu" is a build of torch's own
    versions = " ".join(f"{name}=={number}" for name, number in public if name != "python")
    return (
        "A run of Finetuning Lab, to be repeated: same seed, same texts, same losses on the same machine.\n\n"
        f"It was made with Python {dict(public)['python']} and\n\n    pip install {versions}\n\n"
        "Another machine, another version or another number of threads adds up in another order, so that the last\n"
        "digits of a loss may differ."
    )


def _recorded(record: RunRecord) -> str:
    card = pprint.pformat(dataclasses.asdict(record.card), sort_dicts=False, width=110)
    losses = pprint.pformat({each.step: each.loss for each in record.steps}, width=110)
    held_out = pprint.pformat({each.step: each.loss for each in record.held_out}, width=110)
    return f"CARD = {card}\nLOSSES = {losses}\nHELD_OUT_LOSSES = {held_out}"


def _model(record: RunRecord, repeated: Repeated) -> str:
    card = record.card
    if card.hub_id is None:
        where = "# A folder of the repository of Finetuning Lab; BASE_MODEL in the environment names another place.\n"
    else:
        where = "# BASE_MODEL in the environment names a folder to use instead of the hub.\n"
    if card.weights_by_way_of:
        where += f"# The run's weights came by way of {card.weights_by_way_of}: those of the hub give other losses.\n"
    return (
        f'{where}MODEL = os.environ.get("BASE_MODEL", {card.loaded_from!r})\n'
        f'REVISION = None if "BASE_MODEL" in os.environ else {card.revision!r}\n'
        f"{LOAD.format(load=repeated.load)}"
    )


def _running(repeated: Repeated) -> str:
    before = f"held_out_losses = {{0: {LOSS.format(model='base')}}}" if repeated.starts_as_base else ""
    after = "" if repeated.starts_as_base or not repeated.tells_its_start else f"held_out_losses[0] = {LOSS_OF_MODEL}"
    lines = [before or "held_out_losses = {}", "torch.manual_seed(RUN.seed)", f"model = {repeated.put_on}", after]
    return "\n".join([*filter(None, lines), *filter(None, [repeated.before_training]), RUN_IT, repeated.save])


def _frozen(repeated: Repeated) -> str:
    return f"\n{FROZEN.format(taken_off=repeated.taken_off)}" if repeated.taken_off else ""


LOAD = """\
torch.set_num_threads(CARD["threads"])
tokenizer = AutoTokenizer.from_pretrained(MODEL, revision=REVISION)
{load}
if weights_sha256(base) != CARD["base_sha256_before"]:
    print("These are other weights than the run's: its losses will be others too.")"""

LOSS = "held_out_loss({model}, tokenizer, HELD_OUT, RUN.loss_on)"
LOSS_OF_MODEL = LOSS.format(model="model")
RUN_IT = f"""\
optimizer = optimizer_for(model, RUN)
last = max(LOSSES)  # where the run was stopped, or its end
losses = {{}}
for event in training_loop(RUN, model, tokenizer, optimizer, TRAINING):
    if not isinstance(event, Step):
        continue
    losses[event.step] = event.loss
    print(f"step {{event.step}}: loss {{event.loss:.6f}}")
    if event.step % RUN.evaluate_every == 0 or event.step == last:
        held_out_losses[event.step] = {LOSS_OF_MODEL}
        print(f"step {{event.step}}: held-out loss {{held_out_losses[event.step]:.6f}}")
    if event.step == last:
        break"""

COMPARE = """\
differences = [abs(losses[step] - loss) for step, loss in LOSSES.items()]
differences += [abs(held_out_losses[step] - loss) for step, loss in HELD_OUT_LOSSES.items() if step in held_out_losses]
print(f"Largest difference from the recorded losses: {{max(differences):g}}"){frozen}
with open("losses.json", "w", encoding="utf-8") as file:
    json.dump({{"losses": losses, "held_out_losses": held_out_losses}}, file)"""
FROZEN = """\
unchanged = weights_sha256({taken_off}) == CARD["base_sha256_before"]
print(f"The frozen weights are those of the run, bit for bit: {{unchanged}}")"""
