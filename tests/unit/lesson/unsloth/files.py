"""Adapters, logs and zips as students bring them, made here."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
from safetensors.numpy import save

CONFIG = {
    "peft_type": "LORA",
    "base_model_name_or_path": "unsloth/SmolLM2-1.7B-Instruct",
    "r": 4,
    "lora_alpha": 8,
    "lora_dropout": 0.0,
    "target_modules": ["q_proj", "v_proj"],
}


def tensors(layers: int = 2, rank: int = 4, kind: type = np.float32) -> dict[str, np.ndarray]:
    """A and B of q_proj and v_proj, named as peft names them."""
    generator = np.random.default_rng(1)
    found = {}
    for layer in range(layers):
        for matrix, outputs in (("q_proj", 24), ("v_proj", 8)):
            path = f"base_model.model.model.layers.{layer}.self_attn.{matrix}"
            found[f"{path}.lora_A.weight"] = generator.normal(size=(rank, 24)).astype(kind)
            found[f"{path}.lora_B.weight"] = (layer + 1) * generator.normal(size=(outputs, rank)).astype(kind)
    return found


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def folder(config: dict | None = None, weights: dict[str, np.ndarray] | None = None, **more: bytes) -> bytes:
    """The zip of a folder that `save_pretrained` made."""
    return zipped(
        {
            "adapter/adapter_config.json": json.dumps(CONFIG if config is None else config).encode(),
            "adapter/adapter_model.safetensors": save(tensors() if weights is None else weights),
            "adapter/README.md": b"---\nbase_model: x\n---",
            **{name.replace("__", "/").replace("_dot_", "."): content for name, content in more.items()},
        }
    )


def state(*entries: dict) -> bytes:
    """A trainer_state.json with these entries in its log."""
    return json.dumps({"global_step": len(entries), "is_world_process_zero": True, "log_history": entries}).encode()
