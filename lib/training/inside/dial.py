"""An adapter at several strengths, two adapters mixed. Imports torch and peft: worker only."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from peft import PeftModel
from peft.tuners.lora import LoraLayer

from lib.models import catalogue
from lib.training.adapting import base_precision
from lib.training.inside.events import Dialled, Dialling
from lib.training.methods.bases import base_to_read
from lib.training.texts.complete import complete


def answer_at_each(asked: Dialling) -> Iterator[Dialled]:
    """The prompt with Σ λᵢ ΔWᵢ added to the weights, for each setting of the λᵢ."""
    precision = asked.precision or base_precision(asked.model)
    with base_to_read(catalogue.find(asked.model), precision) as (base, tokenizer), ExitStack() as stack:
        folders = [_unzipped(adapter, stack) for adapter in asked.adapters]
        model = PeftModel.from_pretrained(base, folders[0], adapter_name="0")
        for number, folder in enumerate(folders[1:], start=1):
            model.load_adapter(folder, adapter_name=str(number))
        model.base_model.set_adapter([str(number) for number in range(len(folders))])
        for setting in asked.settings:
            turn(model, setting)
            yield Dialled(setting, complete(model, tokenizer, (asked.prompt,))[0])


def turn(model: PeftModel, setting: tuple[float, ...]) -> None:
    """Give each adapter its strength, 1 being that at which it was trained."""
    for layer in model.modules():
        if isinstance(layer, LoraLayer):
            for number, strength in enumerate(setting):
                layer.set_scale(str(number), strength)


def _unzipped(adapter: bytes, stack: ExitStack) -> Path:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    with zipfile.ZipFile(io.BytesIO(adapter)) as archive:
        archive.extractall(folder)
    return folder
