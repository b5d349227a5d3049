"""Files that lie beside a config.json and are none, each known by a field that only it has."""

from __future__ import annotations

from collections.abc import Mapping

OTHER_FILES = {
    "peft_type": "an adapter's adapter_config.json",
    "_diffusers_version": "a part of an image model",
    "weight_map": "a list of weight files (model.safetensors.index.json)",
    "_from_model_config": "a generation_config.json",
    "do_sample": "a generation_config.json",
    "temperature": "a generation_config.json",
    "tokenizer_class": "a tokenizer's tokenizer_config.json",
    "added_tokens": "a tokenizer.json",
    "bos_token": "a tokenizer's special_tokens_map.json",
    "cls_token": "a tokenizer's special_tokens_map.json",
    "image_processor_type": "an image processor's preprocessor_config.json",
    "feature_extractor_type": "a feature extractor's preprocessor_config.json",
    "processor_class": "a processor's processor_config.json",
    "__version__": "the settings of sentence-transformers",
    "word_embedding_dimension": "the settings of sentence-transformers",
    "do_lower_case": "the settings of sentence-transformers",
    "general.architecture": "what a GGUF file says of itself",
    "model_family": "what Ollama says of a model",
    "modelId": "the hub's answer about a model",
    "log_history": "a trainer_state.json",
    "zero_optimization": "a config of DeepSpeed",
    "damp_percent": "a quantize_config.json of GPTQ",
    "quant_algo": "a hf_quant_config.json",
    "pretrained_cfg": "a config of timm",
    "model_cfg": "a config of open_clip",
}

HAVE_SIZES = ("peft_type", "_diffusers_version", "added_tokens", "model_cfg")
"""Of these, fields of files that may say sizes too; the others stand in configs of 2019 as well."""


def other_file(config: Mapping, has_sizes: bool) -> str | None:
    """What this is instead of a config.json, where a field tells."""
    if has_sizes and (config.get("model_type") or config.get("architectures")):
        return None
    inside = config.get("quantization") or config.get("metadata")  # a hf_quant_config.json, a GGUF's header
    fields = {*config, *(inside if isinstance(inside, Mapping) else ())}
    telling = HAVE_SIZES if has_sizes else OTHER_FILES
    return next((OTHER_FILES[key] for key in telling if key in fields), None)
