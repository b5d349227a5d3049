"""What was trained, as files that others can load. Imports torch and peft: worker only."""

from __future__ import annotations

import copy
import io
import json
import tempfile
import zipfile
from pathlib import Path

import torch
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import AutoModelForCausalLM, PreTrainedModel

from lib.training.adapting import LARGEST_TO_PASS_ON_BYTES, took_weights_apart, trainable_parameters
from lib.training.methods.bottleneck import Bottleneck, put_bottlenecks

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"


class Files:
    """The files of what a run trains: a peft adapter, a bottleneck adapter, or a whole model; none if nothing.

    PiSSA has taken the frozen weights apart, so its adapter fits no base that anyone else has: it is written as an
    ordinary LoRA of twice the rank, for which its first value is needed. So make this before training.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._first = first_value(model) if took_weights_apart(model) else None

    def zipped(self) -> tuple[bytes, int]:
        """(Files in a zip, their bytes on disk before that); the zip is empty where it is too large to pass on."""
        if not trainable_parameters(self._model):
            return b"", 0
        with tempfile.TemporaryDirectory() as folder:
            self._write(Path(folder))
            files = [file for file in sorted(Path(folder).iterdir()) if file.name != "README.md"]
            on_disk = sum(file.stat().st_size for file in files)
            if on_disk > LARGEST_TO_PASS_ON_BYTES:
                return b"", on_disk
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in files:
                    archive.write(file, file.name)
            return buffer.getvalue(), on_disk

    def _write(self, folder: Path) -> None:
        model = self._model
        if self._first is not None:
            write_as_lora(model, self._first, folder)
        elif isinstance(model, PeftModel):  # "auto" would ask the hub about the base
            model.save_pretrained(str(folder), save_embedding_layers=False)
        elif any(isinstance(each, Bottleneck) for each in model.modules()):
            write_bottlenecks(model, folder)
        else:
            model.save_pretrained(folder)


def first_value(model: PeftModel) -> dict[str, torch.Tensor]:
    """A copy of an adapter's weights, by name."""
    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: tensor.detach().clone() for name, tensor in state.items()}


def write_as_lora(model: PeftModel, first: dict[str, torch.Tensor], folder: Path) -> None:
    """PiSSA's update as an ordinary LoRA: B A - B₀ A₀ = [B, -B₀] [A; A₀] (arXiv 2404.02948); `first` is its start."""
    both = {}
    for name, tensor in get_peft_model_state_dict(model, save_embedding_layers=False).items():
        down = "lora_A" in name
        both[name] = torch.cat([tensor, first[name] if down else -first[name]], dim=0 if down else 1)
    save_file({name: tensor.detach().contiguous() for name, tensor in both.items()}, folder / WEIGHTS)
    config = copy.copy(model.active_peft_config)
    config.r, config.lora_alpha, config.init_lora_weights = 2 * config.r, 2 * config.lora_alpha, True
    config.save_pretrained(str(folder))


def write_bottlenecks(model: nn.Module, folder: Path) -> None:
    """The trained weights, with the width that `put_bottlenecks` needs to put them back."""
    trained = {name: tensor.detach() for name, tensor in model.named_parameters() if tensor.requires_grad}
    save_file(trained, folder / WEIGHTS)
    width = next(each for each in model.modules() if isinstance(each, Bottleneck)).down.out_features
    (folder / CONFIG).write_text(json.dumps({"bottleneck": width, "paper": "arXiv 1902.00751"}), encoding="utf-8")


def with_files(base: PreTrainedModel, zipped: bytes) -> nn.Module:
    """`base`, whose modules are the caller's own, with what `Files.zipped` has kept of a run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            archive.extractall(folder)
        if not (folder / CONFIG).exists():
            return AutoModelForCausalLM.from_pretrained(folder, dtype=base.dtype).to(base.device).eval()
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        if "bottleneck" not in config:
            return PeftModel.from_pretrained(base, folder)
        model = put_bottlenecks(base, config["bottleneck"])
        model.load_state_dict(load_file(folder / WEIGHTS), strict=False)
        return model
