"""The controls of the memory calculator: what is served or trained, how, and on which card."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lib.memory import Architecture, ServingSetup, TrainingSetup
from lib.memory.model.weights import CHECKPOINT, precisions
from lib.ui.kit import controls

JOBS = {"serve": "Serve it", "train": "Train it"}
METHODS = {"full": "Full", "lora": "LoRA", "qlora": "QLoRA"}
TRAIN_PRECISIONS = {
    "bf16_autocast": "Mixed: fp32 weights, bf16 products",
    "bf16": "All in bf16",
    "bf16_master": "bf16 with fp32 master weights",
    "fp32": "All in fp32",
}
OPTIMIZERS = {
    "adamw": "AdamW",
    "adamw_fused": "AdamW, fused",
    "adamw_8bit": "AdamW, 8-bit",
    "paged_adamw_8bit": "AdamW, 8-bit, paged",
    "adafactor": "Adafactor",
    "sgd_momentum": "SGD with momentum",
    "sgd": "SGD",
}
TARGETS = {"all": "all linear layers", "attention": "attention", "qv": "queries and values"}
CONTEXTS = [128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072]
USERS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
BATCHES = [1, 2, 4, 8, 16, 32, 64, 128]
GPU_COUNTS = [1, 2, 4, 8, 16, 32, 64]


@dataclass(frozen=True)
class Preset:
    """A set-up of the lecture, as the controls' values."""

    label: str
    help: str
    values: tuple[tuple[str, object], ...]


PRESETS = (
    Preset(
        "Store 1B in fp32",
        "The lecture: 4 GB",
        (
            ("job", "serve"),
            ("model", "Any number of parameters"),
            ("model_billions", 1.0),
            ("precision", "fp32"),
            ("context", 128),
            ("users", 1),
            ("unit", "GB"),
            ("gpu", "Tesla T4"),
        ),
    ),
    Preset(
        "Train 1B in fp32",
        "The lecture: 24 GB",
        (
            ("job", "train"),
            ("model", "Any number of parameters"),
            ("model_billions", 1.0),
            ("method", "full"),
            ("weights", "fp32"),
            ("optimizer", "adamw_fused"),
            ("batch", 1),
            ("sequence", 2_048),
            ("unit", "GB"),
            ("checkpointing", False),
            ("gpu", "RTX 3090"),
        ),
    ),
    Preset(
        "Serve Llama 70B in 16 bits",
        "The lecture: 168 GB, two A100 or more",
        (
            ("job", "serve"),
            ("model", "Llama-3.1-70B"),
            ("precision", "bf16"),
            ("context", 4_096),
            ("users", 1),
            ("unit", "GB"),
            ("gpu", "A100 80GB SXM"),
            ("gpus", 1),
        ),
    ),
    Preset(
        "QLoRA on a 24 GB card",
        "An 8B model at home",
        (
            ("job", "train"),
            ("model", "Llama-3.1-8B"),
            ("method", "qlora"),
            ("batch", 1),
            ("sequence", 2_048),
            ("checkpointing", True),
            ("gpu", "RTX 4090"),
            ("unit", "GiB"),
            ("weights", "bf16_autocast"),
        ),
    ),
)


def set_values(values: dict[str, object]) -> None:
    """Set controls from a button's callback."""
    for key, value in values.items():
        st.session_state[key] = value


def preset_buttons() -> None:
    with st.container(horizontal=True):
        for preset in PRESETS:
            st.button(
                preset.label, help=preset.help, on_click=set_values, args=(dict(preset.values),), type="secondary"
            )


def serving_controls(arch: Architecture | None) -> ServingSetup:
    """The controls of serving `arch` (None while it is not known); the rest under More."""
    precision = weights_precision(arch, {key: each.label for key, each in precisions().items()}, "precision")
    context = pick_tokens("Context, prompt and answer (tokens)", CONTEXTS, 4_096, "context", arch)
    users = _pick_or_keep("Conversations at once", USERS, 1, "users")
    with st.expander("More", icon=":material/tune:"):
        kv_bits = _pick_or_keep("KV cache in bits", [4, 8, 16, 32], 16, "kv_bits")
        prefill = _pick_or_keep(
            "Prompt tokens read at once (0: all)", [0, 256, 512, 1_024, 2_048, 8_192], 2_048, "prefill"
        )
        count = _pick_or_keep("GPUs, tensor parallel", GPU_COUNTS, 1, "gpus")
        paged = controls.toggle("Page the KV cache", True, key="paged")
        eager = controls.toggle("Store attention scores (no fused kernel)", False, key="eager")
    return ServingSetup(
        precision=precision,
        context=context,
        sequences=users,
        kv_bits=kv_bits,
        block_size=16,
        reserve=not paged,
        prefill=prefill,
        attention="eager" if eager else "fused",
        gpus=count,
    )


def training_controls(arch: Architecture | None) -> TrainingSetup:
    """The controls of training `arch` (None while it is not known); the rest under More."""
    method = controls.segmented("What is trained", METHODS, "full", key="method")
    batch = _pick_or_keep("Sequences at once on each GPU (micro-batch)", BATCHES, 1, "batch")
    sequence = pick_tokens("Tokens per sequence", CONTEXTS, 2_048, "sequence", arch)
    checkpointing = controls.toggle("Checkpoint activations", False, key="checkpointing")
    with st.expander("More", icon=":material/tune:"):
        weights = controls.select(
            "Precision of what is not quantized" if method == "qlora" else "Precision",
            TRAIN_PRECISIONS,
            "bf16_autocast",
            key="weights",
        )
        optimizer = controls.select("Optimizer", OPTIMIZERS, "adamw", key="optimizer")
        rank = _pick_or_keep("LoRA rank", [1, 2, 4, 8, 16, 32, 64, 128, 256], 16, "rank", disabled=method == "full")
        targets = controls.select("LoRA on", TARGETS, "all", key="targets", disabled=method == "full")
        accumulation = _pick_or_keep("Steps of gradient accumulation", [1, 2, 4, 8, 16, 32, 64, 128], 1, "accumulation")
        count = _pick_or_keep("GPUs", GPU_COUNTS, 1, "gpus")
        stage = _pick_or_keep("ZeRO stage", [0, 1, 2, 3], 3, "zero", disabled=count == 1)
        in_backward = controls.toggle("Optimizer steps in the backward pass", False, key="in_backward")
        padded = controls.toggle("Sequences are padded (a mask)", False, key="padded")
        dropout = controls.toggle("Dropout before the adapters", False, key="lora_dropout", disabled=method == "full")
        chunked = controls.toggle("Loss in chunks (fused cross-entropy)", False, key="chunked")
        kept = controls.toggle("The loop keeps the logits", False, key="logits")
        eager = controls.toggle("Store attention scores (no fused kernel)", False, key="eager")
    return TrainingSetup(
        method=method,
        precision=weights,
        optimizer=optimizer,
        optimizer_in_backward=in_backward,
        batch=batch,
        sequence=sequence,
        padded=padded,
        accumulation=accumulation,
        checkpointing=checkpointing,
        attention="eager" if eager else "fused",
        chunked_loss=chunked,
        keeps_logits=kept,
        rank=rank,
        targets=targets,
        adapter_dropout=dropout,
        gpus=count,
        zero_stage=stage if count > 1 else 0,
    )


def weights_precision(arch: Architecture | None, labels: dict[str, str], key: str) -> str:
    """How the weights are stored; a model whose checkpoint is quantized has a choice more, and begins with it."""
    if arch is None or arch.stored is None:
        return controls.select("Weights stored as", labels, "bf16", key=key)
    labels = {CHECKPOINT.key: CHECKPOINT.label, **labels}
    return controls.select("Weights stored as", labels, CHECKPOINT.key, key=f"{key}_stored")


def pick_tokens(label: str, options: list[int], default: int, key: str, arch: Architecture | None) -> int:
    """A number of tokens; until the student chooses one, one that the model has positions for."""
    if arch is not None:
        offered = f"{key}:offered"
        usual = default
        default = max((each for each in options if each <= min(default, arch.max_position_embeddings)), default=default)
        untouched = st.session_state.get(key) == st.session_state.get(offered, usual)
        if untouched and key not in st.query_params:
            st.session_state[key] = default
        st.session_state[offered] = default
    return _pick_or_keep(label, options, default, key)


def _pick_or_keep(label: str, options: list[int], default: int, key: str, **more: object) -> int:
    """A choice on a scale; a value set by a button that is not on the scale is added to it."""
    extra = st.session_state.get(key, default)
    if extra not in options and isinstance(extra, int):
        options = sorted({*options, extra})
    return controls.pick(label, options, default, key=key, **more)


SETUP_CONTROLS = {"serve": serving_controls, "train": training_controls}

FIELDS = {  # field of a set-up → key of its control
    "precision": {"serve": "precision", "train": "weights"},
    "context": "context",
    "sequences": "users",
    "kv_bits": "kv_bits",
    "prefill": "prefill",
    "gpus": "gpus",
    "zero_stage": "zero",
    "method": "method",
    "batch": "batch",
    "sequence": "sequence",
    "accumulation": "accumulation",
    "checkpointing": "checkpointing",
    "optimizer": "optimizer",
    "optimizer_in_backward": "in_backward",
    "chunked_loss": "chunked",
    "keeps_logits": "logits",
}


def control_values(job: str, changes: dict[str, object]) -> dict[str, object]:
    """Changes to a set-up as values of the controls."""
    values: dict[str, object] = {}
    for field, value in changes.items():
        if field == "attention":
            values["eager"] = value == "eager"
        elif field == "reserve":
            values["paged"] = not value
        else:
            key = FIELDS[field]
            values[key[job] if isinstance(key, dict) else key] = value
    if "precision" in values:
        values["precision_stored"] = values["precision"]
    return values
