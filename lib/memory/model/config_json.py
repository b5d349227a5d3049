"""Read an architecture out of a Hugging Face `config.json`, whatever it contains.

What each family of models does that its config does not say (which matrices have a bias, how many norms a block
has, what a missing field means) is data: `assets/memory/families.json`. A config is text from anywhere: every value
is checked and every complaint names the field as the config spells it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.model.parts import Experts, LatentAttention
from lib.places import ASSETS
from lib.whole_numbers import check_whole

FAMILIES = ASSETS / "memory" / "families.json"
MAX_TEXT_BYTES = 200_000  # the largest config.json on the hub is a tenth of this
MAY_BE_ZERO = ("first_k_dense_replace", "n_shared_experts", "type_vocab_size", "sliding_window")
REQUIRED_HELP = "paste the model's whole config.json"
UNUSUAL = {  # families that look like the others but spend memory differently: a wrong answer would be silent
    "mamba": "a state-space model has no KV cache",
    "mamba2": "a state-space model has no KV cache",
    "rwkv": "a recurrent model has no KV cache",
    "t5": "an encoder-decoder model has two stacks",
    "bart": "an encoder-decoder model has two stacks",
    "whisper": "an encoder-decoder model has two stacks",
}


def from_text(text: str | bytes, name: str = "Pasted config") -> Architecture:
    """The architecture that `text`, the content of a `config.json`, describes.

    Raises CannotEstimateError for anything that is not a usable config, in one sentence that names the field.
    """
    if len(text) > MAX_TEXT_BYTES:
        raise CannotEstimateError(
            f"This text has {len(text):,} characters, and a config.json has a few thousand: paste only the config."
        )
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CannotEstimateError(
            f"This is not JSON ({_short(error)}): paste the model's config.json from its opening {{ to its closing }}."
        ) from error
    if not isinstance(config, dict):
        raise CannotEstimateError("This JSON is not an object: a config.json begins with { and names its fields.")
    return from_config(config, name=name)


def from_config(config: Mapping, name: str = "") -> Architecture:
    """The architecture of an already parsed config; nested `text_config` of multimodal models is used."""
    config, notes = _language_part(config)
    family, known = _family(config)
    if not known:
        notes.append(f"model_type {family!r} is not one this calculator knows: counted as a Llama-like model.")
    rules = {**_families()["fields"], **_families()["families"].get(family, _families()["families"]["llama"])}
    get = _Reader(config)
    values = {
        field: get.value(field, rule)
        for field, rule in rules.items()
        if field not in ("sliding", "window", "experts", "latent", "encoder_extras")
    }
    values["num_key_value_heads"] = values["num_key_value_heads"] or _kv_heads(config, values["num_attention_heads"])
    values["latent"] = _latent(get) if rules.get("latent") else None
    values["head_dim"] = values["head_dim"] or _head_dim(values)
    values["intermediate_size"] = values["intermediate_size"] or 4 * values["hidden_size"]
    window, layers = _sliding(get, rules.get("sliding", ""), rules.get("window"), values["num_hidden_layers"])
    if "encoder_extras" in rules:  # BERT: sentence types and the pooler
        h = values["hidden_size"]
        values["other_parameters"] = get.value("type_vocab_size", rules["encoder_extras"]) * h + h * h + h
        notes.append("An encoder: no KV cache.")
    return Architecture(
        name=name or str(config.get("_name_or_path") or "Pasted config")[:80],
        family=family,
        sliding_window=window,
        sliding_layers=layers,
        experts=_experts(get, rules["experts"], values["num_hidden_layers"]) if "experts" in rules else None,
        notes=tuple(notes),
        **values,
    )


class _Reader:
    """Takes fields from a config, checking each."""

    def __init__(self, config: Mapping) -> None:
        self.config = config

    def value(self, field: str, rule: object) -> object:
        """What `rule` says about `field`: a constant, or the config keys to look under and a default."""
        if not isinstance(rule, Mapping):
            return rule
        key = next((key for key in rule["keys"] if self.config.get(key) is not None), None)
        if key is None:
            if "default" not in rule:
                raise CannotEstimateError(f"The config lacks {rule['keys'][0]!r} ({field}): {REQUIRED_HELP}.")
            found = rule["default"]
        else:
            found = self.config[key]
            if "nonzero" not in rule:
                found = self._checked(key, found, boolean=isinstance(rule.get("default"), bool))
        if "nonzero" in rule:  # a probability, of which only matters whether there is one
            return isinstance(found, int | float) and found > 0
        if isinstance(found, bool) and "true" in rule:
            return rule["true"] if found else rule["false"]
        return found + rule["plus"] if "plus" in rule else found

    def whole(self, key: str, default: int | None = None) -> int | None:
        """A positive whole number under `key`, or `default` when it is missing."""
        if self.config.get(key) is None:
            return default
        return self._checked(key, self.config[key], boolean=False)

    @staticmethod
    def _checked(key: str, value: object, boolean: bool) -> object:
        if boolean:
            if isinstance(value, bool):
                return value
            raise CannotEstimateError(f"{key} = {_short(value)} must be true or false.")
        if isinstance(value, list) and value and len(set(map(str, value))) > 1:
            raise CannotEstimateError(f"{key} differs from layer to layer, which this calculator does not support.")
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        check_whole(key, value, 0 if key in MAY_BE_ZERO else 1, 10**9, CannotEstimateError)
        return value


@cache
def _families() -> dict:
    return json.loads(FAMILIES.read_text(encoding="utf-8"))


def known_families() -> tuple[str, ...]:
    return tuple(_families()["families"])


def _language_part(config: Mapping) -> tuple[Mapping, list[str]]:
    inner = config.get("text_config") or config.get("llm_config")
    if isinstance(inner, Mapping) and "vocab_size" in {**config, **inner}:
        return {**config, **inner}, ["A multimodal model: only its language part is counted."]
    return config, []


def _family(config: Mapping) -> tuple[str, bool]:
    family = config.get("model_type", "")
    if not isinstance(family, str):
        raise CannotEstimateError(f'model_type = {_short(family)} must be a name such as "llama".')
    family = {"gemma3": "gemma3_text"}.get(family, family)
    if family in UNUSUAL or config.get("is_encoder_decoder") is True:
        why = UNUSUAL.get(family, "an encoder-decoder model has two stacks")
        raise CannotEstimateError(
            f"model_type {_short(family)} is not supported ({why}): this calculator knows "
            f"decoder transformers such as {', '.join(known_families()[:6])}."
        )
    return family[:40], family in _families()["families"]


def _head_dim(values: Mapping) -> int:
    if values["latent"]:
        return values["latent"].v_head_dim
    hidden, heads = values["hidden_size"], values["num_attention_heads"]
    if hidden % heads:
        raise CannotEstimateError(
            f"num_attention_heads = {heads} does not divide hidden_size = {hidden} and the config has no head_dim."
        )
    return hidden // heads


def _kv_heads(config: Mapping, heads: int) -> int:
    """MHA unless the config says otherwise; older configs say `multi_query`."""
    return 1 if config.get("multi_query") is True else heads


def _latent(get: _Reader) -> LatentAttention:
    need = {key: get.whole(key) for key in ("kv_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim")}
    missing = next((key for key, value in need.items() if value is None), None)
    if missing:
        raise CannotEstimateError(f"The config lacks {missing!r} of latent attention: {REQUIRED_HELP}.")
    return LatentAttention(q_lora_rank=get.whole("q_lora_rank"), **need)


def _sliding(get: _Reader, rule: str, usual: int | None, layers: int) -> tuple[int | None, int]:
    """Window and number of layers that have one; `usual` is the family's window where the config is silent."""
    window = get.whole("sliding_window") if "sliding_window" in get.config else usual
    kinds = get.config.get("layer_types")
    if not rule or not window or (rule == "qwen2" and get.config.get("use_sliding_window") is not True):
        return None, 0
    if isinstance(kinds, list) and kinds:
        count = sum(kind == "sliding_attention" for kind in kinds[:layers])
    elif rule == "qwen2":
        count = max(0, layers - (get.whole("max_window_layers") or layers))
    else:
        count = {
            "all": layers,
            "alternate": (layers + 1) // 2,
            "five_of_six": layers - layers // (get.whole("sliding_window_pattern") or 6),
            "three_of_four": layers - layers // 4,
        }[rule]
    return (window, count) if count else (None, 0)


def _experts(get: _Reader, rules: Mapping, layers: int) -> Experts:
    values = {field: get.value(field, rule) for field, rule in rules.items()}
    shared = values.pop("shared_count", 0)
    if shared:
        values["shared_expert_intermediate_size"] = shared * values["moe_intermediate_size"]
    values["first_k_dense_replace"] = min(values.get("first_k_dense_replace", 0), layers)
    return Experts(**values)


def _short(value: object) -> str:
    """A stranger's value, short enough for one sentence."""
    text = str(value) if isinstance(value, Exception) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
