"""An adapter beside a frozen model: put in place, saved, restored, taken away. Imports torch and peft: worker only."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from transformers import PreTrainedModel

from lib.models import catalogue
from lib.models.borrow import own_modules
from lib.models.load import best_device, multiplies_bf16
from lib.training.run import Checkpoint, FineTuningRun

BUNDLED_IN_REPOSITORY = "assets/base-model"
"""How an adapter names the bundled model: its folder in this repository."""


def base_precision(model: str) -> str:
    """What the frozen base is held in; the adapter is fp32.

    16 bits for a large one, as LoRA is used, where the hardware multiplies them itself. A processor that cannot is
    three times slower with them (measured: SmolLM2-135M, 3.0 s a step in bf16 and 1.1 s in fp32 on AVX-512).
    """
    return "bf16" if catalogue.catalogue()[model].wide and multiplies_bf16(best_device()) else "fp32"


def with_adapter(base: PreTrainedModel, run: FineTuningRun) -> PeftModel:
    """`base` with a fresh adapter beside its weights, which stay shared; the adapter names a base anyone can get."""
    model = get_peft_model(own_modules(base), lora_config(run))
    card = catalogue.catalogue()[run.model]
    config = model.peft_config[model.active_adapter]
    config.base_model_name_or_path, config.revision = card.hub_id or BUNDLED_IN_REPOSITORY, card.revision
    return model


def lora_config(run: FineTuningRun) -> LoraConfig:
    return LoraConfig(
        r=run.rank, lora_alpha=run.lora_alpha, target_modules=list(run.target_modules), task_type="CAUSAL_LM"
    )


def trainable_parameters(model: PeftModel) -> list[torch.nn.Parameter]:
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def saved(model: PeftModel, optimizer: torch.optim.Optimizer) -> bytes:
    """Adapter and optimiser state as a torch file."""
    buffer = io.BytesIO()
    adapter = get_peft_model_state_dict(model, save_embedding_layers=False)
    torch.save({"adapter": adapter, "optimizer": optimizer.state_dict()}, buffer)
    return buffer.getvalue()


def restore(checkpoint: Checkpoint | None, model: PeftModel, optimizer: torch.optim.Optimizer) -> int:
    """Put a checkpoint back; the steps already done."""
    if checkpoint is None:
        return 0
    state = torch.load(io.BytesIO(checkpoint.state), map_location=model.device, weights_only=True)
    set_peft_model_state_dict(model, state["adapter"])
    optimizer.load_state_dict(state["optimizer"])
    return checkpoint.step


def adapter_zip(model: PeftModel) -> bytes:
    """The adapter as peft saves it, ready for `PeftModel.from_pretrained`."""
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        model.save_pretrained(folder, save_embedding_layers=False)  # "auto" would ask the hub about the base
        for file in sorted(Path(folder).glob("adapter_*")):
            archive.write(file, file.name)
    return buffer.getvalue()
