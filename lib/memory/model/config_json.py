"""Read an architecture out of a Hugging Face `config.json`, where a formula of ours knows its family.

What each family of models does that its config does not say (which matrices have a bias, how many norms a block
has, what a missing field means) is data: `assets/memory/families.json`. A config that says anything about its build
that its family's formula does not read is never squeezed into it: `NeedsCounting` says that the model is to be built
by transformers and counted (`lib.models.counting`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache

from lib.memory.errors import CannotEstimateError, NeedsCounting
from lib.memory.model.architecture import Architecture
from lib.memory.model.config_text import aliases, check, letters_of, longest_context, names_of, parse, role_of, short
from lib.memory.model.parts import Experts, LatentAttention
from lib.memory.model.stored.read import stored_as
from lib.places import ASSETS
from lib.whole_numbers import check_whole

FAMILIES = ASSETS / "memory" / "families.json"
MAY_BE_ZERO = ("first_k_dense_replace", "n_shared_experts", "type_vocab_size", "sliding_window")
BUILD = re.compile(  # names of fields that change which tensors there are
    r"expert|moe|lora_rank|ssm|mamba|linear_|conv|index_|layer_types|block|mlp_only|sparse|hybrid|qk_layernorm|cross_att"
    r"|_config$|multi_query|new_decoder|proj_dim|per_layer|do_layer_norm_before|is_encoder_decoder|share|dense_replace"
    r"|bidirectional|is_decoder"
)
READ_BESIDES_RULES = {  # what is read here without a rule of a family
    *(
        "layer_types",
        "multi_query",
        "num_key_value_heads",
        "num_kv_heads",
        "sliding_window_pattern",
        "max_window_layers",
    ),
    *("quantization_config", "compression_config", "generation_config", "num_nextn_predict_layers"),
    "_from_model_config",
}
LATENT = ("kv_lora_rank", "q_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim")
ALIKE = ("word_embed_proj_dim",)  # harmless where they are the hidden size
USUAL = (("do_layer_norm_before", True),)
ON_UNLESS_SAID = re.compile("affine|do_layer_norm_before")
BIASES = ("qkv_bias", "output_bias", "mlp_bias", "norm_bias", "head_bias", "router_bias")
WINDOWED, FULL = "sliding_attention", "full_attention"


def from_text(text: str | bytes, name: str = "Pasted config") -> Architecture:
    """The architecture that `text`, the content of a `config.json`, describes.

    Raises NeedsCounting where no formula knows it, and CannotEstimateError for anything that is not a usable config,
    in one sentence that names the field.
    """
    return from_config(parse(text), name=name)


def from_config(config: Mapping, name: str = "") -> Architecture:
    """The architecture of an already parsed config."""
    check(config)
    family = _family(config)
    rules = {**_families()["fields"], **_families()["families"][family]}
    reason = next(_beyond_the_formula(config, family, rules), None)
    if reason:
        raise NeedsCounting(f"The formula for {family!r} does not read {reason}: this model has to be counted.")
    get = _Reader(config)
    values = {
        field: get.value(field, rule)
        for field, rule in rules.items()
        if field not in ("sliding", "window", "experts", "latent", "encoder_extras")
    }
    values["num_key_value_heads"] = _kv_heads(config, values)
    values["max_position_embeddings"] = longest_context(config) or values["max_position_embeddings"]
    values["latent"] = _latent(get) if rules.get("latent") else None
    values["head_dim"] = values["head_dim"] or _head_dim(values)
    values["intermediate_size"] = values["intermediate_size"] or 4 * values["hidden_size"]
    window, layers = _sliding(get, rules.get("sliding", ""), rules.get("window"), values["num_hidden_layers"])
    if "encoder_extras" in rules:  # BERT: sentence types and the pooler
        h = values["hidden_size"]
        values["other_parameters"] = get.value("type_vocab_size", rules["encoder_extras"]) * h + h * h + h
    stored, unknown = stored_as(config)
    return Architecture(
        name=name or str(config.get("_name_or_path") or "Pasted config")[:80],
        family=family,
        sliding_window=window,
        sliding_layers=layers,
        experts=_experts(get, rules["experts"], values["num_hidden_layers"]) if "experts" in rules else None,
        stored=stored,
        filled=tuple(dict(_filled(config, rules, values, window)).items()),
        notes=(*_said(config, family), *([unknown] if unknown else [])),
        **values,
    )


def _filled(config: Mapping, rules: Mapping, values: Mapping, window: int | None) -> Iterator[tuple[str, str]]:
    """Fields that the config leaves out, and what they are taken to be."""
    for field, rule in (*rules.items(), *rules.get("experts", {}).items()):
        left_out = isinstance(rule, Mapping) and "keys" in rule and all(config.get(key) is None for key in rule["keys"])
        told_elsewhere = field == "max_position_embeddings" and longest_context(config)  # by model_max_length
        if left_out and not told_elsewhere and not (field == "head_dim" and values["latent"]):
            value = rule.get("default") if rule.get("default") is not None else values.get(field)
            yield rule["keys"][0], str(value).lower() if isinstance(value, bool) else f"{value:,}"
    if window and "sliding_window" not in config:
        yield "sliding_window", f"{window:,}"


def _said(config: Mapping, family: str) -> Iterator[str]:
    if config["model_type"] != family:
        yield f"model_type {short(config['model_type'])} is built as {family!r}."
    if family == "bert":
        yield "An encoder: no KV cache."
    if any(config.get(name) for name in names_of("predicted_ahead")):
        yield "Layers for predicting several tokens ahead are left out: transformers does not build them."


def _beyond_the_formula(config: Mapping, family: str, rules: Mapping) -> Iterator[str]:
    """What the config says of the model that the formula of its family would ignore."""
    read = READ_BESIDES_RULES | {key for rule in _all_rules(rules) for key in rule["keys"]}
    read |= set(LATENT) if rules.get("latent") else set()
    for key, value in config.items():
        about_the_build = (role_of(key) or BUILD.search(key)) and not isinstance(value, str)
        usual = (key, value) in USUAL or (key in ALIKE and value == config.get("hidden_size"))
        if about_the_build and key not in read and not usual and not _says_nothing(value):
            yield f"{key} = {short(value)}"
    yield from _unread_switches(config, rules, read)
    for rule in _all_rules(rules):
        given = {key: config[key] for key in rule["keys"] if config.get(key) is not None}
        if rule is not rules["max_position_embeddings"] and len(set(map(str, given.values()))) > 1:
            yield " beside ".join(f"{key} = {short(value)}" for key, value in given.items())
        if "default" not in rule and all(config.get(key) is None for key in rule["keys"]):
            yield f"a config without {rule['keys'][0]}"
    kinds = set(map(str, config.get("layer_types") or ()))
    if kinds - {WINDOWED, FULL} or (WINDOWED in kinds and "sliding" not in rules):
        yield f"layer_types {short(sorted(kinds))}"
    heads = config.get("architectures") or []
    usual = "Model" if family == "bert" else "ForCausalLM"
    head = str(heads[0]) if isinstance(heads, list) and heads else ""
    if head and (not head.endswith((usual, "LMHeadModel")) or _is_of_another_family(head, family)):
        yield f"architectures {short(heads[0])}"


def _is_of_another_family(name: str, family: str) -> bool:
    """Whether a class is that of another family here: "Qwen2ForCausalLM" beside model_type "llama"."""
    letters = {letters_of(each): each for each in (*_families()["families"], *aliases())}
    other = letters.get(letters_of(re.sub(r"(ForCausalLM|LMHeadModel|Model)$", "", name)))
    return other is not None and aliases().get(other, other) != family


def _unread_switches(config: Mapping, rules: Mapping, read: set[str]) -> Iterator[str]:
    """Biases and scales that are switched on or off against what the formula takes for given."""
    has_bias = any(rules.get(name) is True for name in BIASES)
    for key, value in config.items():
        if isinstance(value, bool) and key not in read:
            switched = (value is not has_bias) if "bias" in key else (not value and ON_UNLESS_SAID.search(key))
            if switched:
                yield f"{key} = {value}"
    if rules.get("latent") and "q_lora_rank" not in config:  # null says that there is none
        yield "a config without q_lora_rank"
    if config.get("use_sliding_window") is True and rules.get("sliding") != "qwen2":
        yield "use_sliding_window = True"


def _says_nothing(value: object) -> bool:
    """Off, none of it, or one of each."""
    return value is None or value is False or (type(value) is int and value in (0, 1)) or value in ([], {})


def _all_rules(rules: Mapping) -> Iterator[Mapping]:
    for rule in rules.values():
        if isinstance(rule, Mapping):
            if "keys" in rule:
                yield rule
            else:
                yield from _all_rules(rule)


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
                raise NeedsCounting(f"The config leaves {rule['keys'][0]!r} ({field}) to its family's default.")
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
            raise CannotEstimateError(f"{key} = {short(value)} must be true or false.")
        if isinstance(value, list) and value and len(set(map(str, value))) > 1:
            raise NeedsCounting(f"{key} differs from layer to layer: this model has to be counted.")
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        check_whole(key, value, 0 if key in MAY_BE_ZERO else 1, 10**9, CannotEstimateError)
        return value


@cache
def _families() -> dict:
    return json.loads(FAMILIES.read_text(encoding="utf-8"))


def _family(config: Mapping) -> str:
    """The family whose formula counts this model_type. Raises NeedsCounting where there is none."""
    family = config.get("model_type", "")
    if family in (None, "") and config.get("architectures"):
        raise NeedsCounting("The config has no model_type; its class says which.")
    if "model_type" not in config and {"dim", "n_layers"} <= set(config):
        raise CannotEstimateError(
            "This is a params.json, as Meta and Mistral ship it with code of their own: paste the model's config.json."
        )
    if family in (None, "") and "ssm_cfg" in config:
        raise CannotEstimateError(
            "This is a config.json for Mamba's own code, which names no model_type: paste that of the same model "
            "converted for transformers, whose name ends in -hf."
        )
    if family in (None, ""):
        raise CannotEstimateError('The config has no model_type such as "llama", so nobody can know how it is built.')
    if not isinstance(family, str):
        raise CannotEstimateError(f'model_type = {short(family)} must be a name such as "llama".')
    family = aliases().get(family, family)
    if family not in _families()["families"]:
        raise NeedsCounting(f"No formula here knows model_type {short(family)}: this model has to be counted.")
    return family


def _head_dim(values: Mapping) -> int:
    if values["latent"]:
        return values["latent"].v_head_dim
    hidden, heads = values["hidden_size"], values["num_attention_heads"]
    if hidden % heads:
        raise CannotEstimateError(
            f"num_attention_heads = {heads} does not divide hidden_size = {hidden} and the config has no head_dim: "
            "give that, or a number of heads that divides it."
        )
    return hidden // heads


def _kv_heads(config: Mapping, values: Mapping) -> int:
    """MHA unless the config says otherwise; older configs say `multi_query`."""
    if config.get("multi_query") is False:
        return values["num_attention_heads"]
    usual = 1 if config.get("multi_query") is True else values["num_attention_heads"]
    return values["num_key_value_heads"] or usual


def _latent(get: _Reader) -> LatentAttention:
    need = {key: get.whole(key) for key in ("kv_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim")}
    missing = next((key for key, value in need.items() if value is None), None)
    if missing:
        raise NeedsCounting(f"The config leaves {missing!r} of latent attention to its family's default.")
    return LatentAttention(q_lora_rank=get.whole("q_lora_rank"), **need)


def _sliding(get: _Reader, rule: str, usual: int | None, layers: int) -> tuple[int | None, int]:
    """Window and number of layers that have one; `usual` is the family's window where the config is silent."""
    window = get.whole("sliding_window") if "sliding_window" in get.config else usual
    kinds = get.config.get("layer_types")
    if isinstance(kinds, list) and 0 < len(kinds) < layers:
        raise CannotEstimateError(
            f"layer_types names {len(kinds):,} layers and num_hidden_layers = {layers:,}: it must name each one's kind."
        )
    if not rule or not window or (rule == "qwen2" and get.config.get("use_sliding_window") is not True):
        return None, 0
    if isinstance(kinds, list) and kinds:
        count = sum(kind == WINDOWED for kind in kinds[:layers])
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
