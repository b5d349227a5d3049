"""Choosing a model for the memory pages: from the catalogue, by number, by shape, by config or from the hub."""

from __future__ import annotations

import streamlit as st

from lib.memory import Architecture, CannotEstimateError, architecture, catalogue
from lib.memory.model.catalogue import from_parameters
from lib.memory.model.config_text import MAX_TEXT_BYTES, as_text
from lib.memory.model.hub import text_from_hub
from lib.memory.model.inventory.keeps import Keeps
from lib.ui.kit import controls
from lib.ui.memory.choosing.counting import architecture_of
from lib.units import format_count

NUMBER, SHAPE, PASTED, HUB = "Any number of parameters", "My own shape", "A config.json", "From the Hugging Face hub"
OTHERS = (NUMBER, SHAPE, PASTED, HUB)


def choose_architecture(
    default: str = "Llama-3.1-8B", *, key: str = "model", decoders_only: bool = False
) -> Architecture:
    """The chosen architecture. Raises CannotEstimateError for one that cannot be used, NotYet while it is counted."""
    names = [name for name, entry in catalogue().items() if not decoders_only or entry.config["model_type"] != "bert"]
    arch = _chosen(names, default, key)
    if decoders_only and arch.is_encoder:
        raise CannotEstimateError(f"{arch.name} is an encoder and keeps no KV cache: pick a decoder.")
    return arch


def _chosen(names: list[str], default: str, key: str) -> Architecture:
    chosen = controls.select("Model", [*OTHERS, *names], default, key=key)
    if chosen == NUMBER:
        billions = controls.number("Billions of parameters", 0.001, 10_000.0, 1.0, key=f"{key}_billions", format="%g")
        return from_parameters(billions * 1e9)
    if chosen == SHAPE:
        return _own_shape(key)
    if chosen == PASTED:
        return _pasted_config(key)
    if chosen == HUB:
        name = controls.text("Hub id", "HuggingFaceTB/SmolLM2-135M", key=f"{key}_hub", max_chars=200)
        return architecture_of(_text_from_hub(name), name.strip(), key)
    return architecture(chosen)


def _own_shape(key: str) -> Architecture:
    layers = controls.slider("Layers", 1, 200, 32, key=f"{key}_layers")
    hidden = controls.slider("Hidden size", 64, 20_480, 4_096, key=f"{key}_hidden", step=64)
    heads = controls.slider("Query heads", 1, 256, 32, key=f"{key}_heads")
    kv_heads = controls.slider("Key-value heads", 1, 256, 8, key=f"{key}_kv")
    head_dim = controls.slider("Head size", 16, 512, 128, key=f"{key}_head_dim", step=16)
    width = controls.slider("MLP width", 64, 81_920, 14_336, key=f"{key}_width", step=64)
    vocab = controls.slider("Vocabulary", 1_000, 300_000, 128_256, key=f"{key}_vocab")
    return Architecture(
        name="My own shape",
        family="llama",
        num_hidden_layers=layers,
        hidden_size=hidden,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        head_dim=head_dim,
        intermediate_size=width,
        vocab_size=vocab,
        max_position_embeddings=131_072,
    )


def _pasted_config(key: str) -> Architecture:
    """Not in the link: a config is too long for one."""
    upload = st.file_uploader("config.json", type="json", key=f"{key}_file")
    text = st.text_area(
        "…or paste it",
        key=f"{key}_config",
        height=140,
        max_chars=MAX_TEXT_BYTES,
        persist_state="session",
        placeholder='{"model_type": "llama", "hidden_size": …}',
    )
    if upload is not None:
        return architecture_of(as_text(upload.getvalue()), "Uploaded config", key)
    if not text.strip():
        raise CannotEstimateError("Upload or paste a model's config.json, from its opening { to its closing }.")
    return architecture_of(text, "Pasted config", key)


@st.cache_data(ttl=3_600, max_entries=64, show_spinner="Asking the hub…")
def _text_from_hub(name: str) -> str:
    text = text_from_hub(name)
    return text if isinstance(text, str) else as_text(text)


def architecture_summary(arch: Architecture) -> str:
    """One line about a model: parameters, attention and what is unusual."""
    parts = [f"**{format_count(arch.parameters)}** parameters ({arch.parameters:,})"]
    if arch.experts and arch.active_parameters < arch.parameters:
        chosen = f"{arch.experts.num_experts_per_tok} of {arch.experts.num_experts} experts"
        parts.append(f"{format_count(arch.active_parameters)} active ({chosen})")
    parts.append(f"{arch.num_hidden_layers} layers × {arch.hidden_size:,}")
    attention = arch.attention_kind
    if attention in ("GQA", "MQA"):
        attention += f", {arch.num_attention_heads // arch.num_key_value_heads} query heads per KV head"
    parts.append(attention)
    if arch.tower_parameters:
        parts.append(f"{format_count(arch.tower_parameters)} of them in vision and audio towers")
    if len(arch.keeps) > 1:
        parts.append(", ".join(map(_kept_by, arch.keeps)))
    return " · ".join(parts)


def _kept_by(keeps: Keeps) -> str:
    what = {
        "state": "a state of constant size",
        "nothing": "nothing",
        "latent": "a latent of every token",
        "window": f"the last {keeps.window or 0:,} tokens",
        "window and more": f"the last {keeps.window or 0:,} tokens and a summary",
    }.get(keeps.kind, "every token")
    also = " and a state" if keeps.state_bytes and keeps.numbers_per_token else ""
    return f"{keeps.layers} layers keep {what}{also}"
