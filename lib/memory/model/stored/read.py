"""How a checkpoint stores its weights, read out of its config's `quantization_config`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from lib.memory.errors import CannotEstimateError
from lib.memory.model.config_text import short
from lib.memory.model.stored.layout import Group, Layout, Stored
from lib.memory.model.stored.names import Names
from lib.places import ASSETS
from lib.whole_numbers import check_whole

CHECKPOINTS_FILE = ASSETS / "memory" / "checkpoints.json"
KEYS = ("quantization_config", "compression_config", "quantization")
"""The last as MLX wrote it alone before it wrote both."""
IGNORED = ("modules_to_not_convert", "ignore", "exclude_modules", "llm_int8_skip_modules", "ignored_layers")
SAME_AS = {
    "modelopt_fp4": "modelopt",
    "modelopt_mixed": "modelopt",
    "auto-round": "gptq",
    "intel/auto-round": "gptq",
    "gptq_marlin": "gptq",
}
TOLD_BY = (("quant_algo", "modelopt"), ("group_size", "mlx"))
"""Fields by which a method is known whose configs do not name it."""
MLX_FLOATS = {"mxfp4": (4, 32), "mxfp8": (8, 32), "nvfp4": (4, 16)}
"""MLX's modes with scales of one byte: bits, and weights that share a scale; mlx.core.quantize."""
FP16, FP32 = 2, 4


@cache
def _checkpoints() -> dict:
    return json.loads(CHECKPOINTS_FILE.read_text(encoding="utf-8"))


def quantization_of(config: Mapping) -> tuple[Mapping | None, bool]:
    """The `quantization_config`, and whether it is the whole model's or stands in the text model's config."""
    for place in (config, config.get("text_config"), config.get("thinker_config"), config.get("llm_config")):
        for key in KEYS:
            if isinstance(place, Mapping) and isinstance(place.get(key), Mapping) and place[key]:
                return place[key], place is config
    return None, False


def stored_as(config: Mapping) -> tuple[Stored | None, str]:
    """How the checkpoint is stored, and if it is quantized in a way that cannot be told, one sentence saying why."""
    written, of_all = quantization_of(config)
    try:
        if written is None:
            _check_is_object(config)
            return None, ""
        stored = _stored(written)
        return replace(stored, with_towers=stored.with_towers and of_all), ""
    except CannotEstimateError as error:
        return None, f"{error} Its weights are counted in the precision you choose."


def _check_is_object(config: Mapping) -> None:
    """A config that says something of its storing, but not as an object, is not to pass for one in 16 bits."""
    for key in KEYS:
        if config.get(key) and not isinstance(config[key], Mapping):
            raise CannotEstimateError(
                f'{key} = {short(config[key])} must be an object such as {{"quant_method": "gptq", "bits": 4}}.'
            )


def _stored(written: Mapping) -> Stored:
    if isinstance(written.get("quantization"), Mapping):  # a hf_quant_config.json inside the config
        written = written["quantization"]
    given = written.get("quant_method") or next((name for key, name in TOLD_BY if key in written), None)
    method = SAME_AS.get(str(given).lower(), str(given).lower())
    sparse = written.get("sparsity_config")
    if isinstance(sparse, Mapping) and sparse.get("format") not in (None, "dense"):
        raise CannotEstimateError(
            f"The checkpoint leaves out zeros (sparsity_config {short(sparse['format'])}), which is not counted."
        )
    if method not in READERS:
        known = ", ".join(READERS)
        raise CannotEstimateError(
            f"How the checkpoint is stored is not known: its quant_method {short(given)} is not one of {known}."
        )
    row = _checkpoints()["methods"][method]
    ignored = [name for key in IGNORED for name in _names(written, key)]
    details = READERS[method](written)
    excluded = details.pop("excluded", [])
    return Stored(row["label"], row["source"], ignored=Names.of([*ignored, *excluded]), **details)


def _names(written: Mapping, key: str) -> list:
    value = written.get(key) or []
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise CannotEstimateError(f"quantization_config.{key} = {short(value)} must be a list of names.")
    return value


def _whole(written: Mapping, key: str, default: int | None, least: int = -1, most: int = 65_536) -> int:
    """A size; -1 says that there is but one group, as long as a row."""
    value = default if written.get(key) is None else written[key]
    if value is None:
        raise CannotEstimateError(f"The quantization_config does not say {key}.")
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    check_whole(f"quantization_config.{key}", value, least, most, CannotEstimateError)
    return value


def _bits(written: Mapping, key: str, default: int | None) -> int:
    return _whole(written, key, default, least=1, most=32)


def _group(written: Mapping, key: str, default: int | None) -> int | None:
    """Inputs that share a scale; None: all of a row."""
    size = _whole(written, key, default)
    return size if size > 0 else None


def _block(value: object, name: str) -> tuple[int, int]:
    sizes = value if isinstance(value, list) else []
    if len(sizes) != 2 or any(type(size) is not int or not 1 <= size <= 65_536 for size in sizes):
        raise CannotEstimateError(f"quantization_config.{name} = {short(value)} must be two sizes such as [128, 128].")
    return sizes[0], sizes[1]


def _fp8(written: Mapping) -> dict:
    block = written.get("weight_block_size")
    rows, columns = _block(block, "weight_block_size") if block is not None else (None, None)
    return {"groups": (Group(Layout(8, rows, columns, FP32)),), "with_towers": True}


def _fbgemm(_written: Mapping) -> dict:
    return {"groups": (Group(Layout(8, 1, None, FP32)),)}


def _mxfp4(_written: Mapping) -> dict:
    return {"groups": (Group(Layout(4, 1, 32, 1)),), "only_experts": True}


def _gptq(written: Mapping) -> dict:
    """GPTQModel's `dynamic` names modules by pattern, those with "-:" left in 16 bits; AutoRound's `extra_config`."""
    rules = written.get("dynamic")
    rules = rules if isinstance(rules, Mapping) else {}
    excluded = [key.replace("-:", "re:", 1) for key in rules if key.startswith("-:")]
    own = {f"re:{key.removeprefix('+:')}": rule for key, rule in rules.items() if not key.startswith("-:")}
    further = written.get("extra_config")
    own |= further if isinstance(further, Mapping) else {}
    own = {name: rule for name, rule in own.items() if isinstance(rule, Mapping) and {"bits", "group_size"} & set(rule)}
    excluded += [name for name, rule in own.items() if rule.get("bits", 0) in (16, 32)]
    groups = [
        Group(_gptq_layout({**written, **rule}), Names.of([name])) for name, rule in own.items() if name not in excluded
    ]
    every = Group(_gptq_layout(written))
    return {"groups": (*groups, every), "excluded": excluded, "with_head": written.get("lm_head") is True}


def _gptq_layout(written: Mapping) -> Layout:
    bits = _bits(written, "bits", None)
    return Layout(bits, 1, _group(written, "group_size", 128), FP16, bits, input_bytes=4)


def _awq(written: Mapping) -> dict:
    key = "bits" if "bits" in written else "w_bit"
    bits = _bits(written, key, 4)
    size = _group(written, "group_size" if "group_size" in written else "q_group_size", 128)
    zero = bits if written.get("zero_point", True) else 0
    return {"groups": (Group(Layout(bits, 1, size, FP16, zero)),)}


def _bitsandbytes(written: Mapping) -> dict:
    if written.get("load_in_8bit") or written.get("_load_in_8bit"):
        return {"groups": (Group(Layout(8, 1, None, FP32)),)}
    nested = bool(written.get("bnb_4bit_use_double_quant"))
    scale, code = (1 + FP32 / 256, 16 * FP32 + 257 * FP32) if nested else (FP32, 16 * FP32)
    return {"groups": (Group(Layout(4, 1, 64, scale, matrix_bytes=code)),)}


def _compressed_tensors(written: Mapping) -> dict:
    groups = written.get("config_groups")
    if not isinstance(groups, Mapping) or not groups:
        raise CannotEstimateError("The quantization_config of compressed-tensors lacks its config_groups.")
    found = [_compressed_group(each) for each in groups.values() if isinstance(each, Mapping) and each.get("weights")]
    return {"groups": tuple(found), "with_head": True, "with_towers": True}


def _compressed_group(written: Mapping) -> Group:
    weights = written["weights"]
    if not isinstance(weights, Mapping):
        raise CannotEstimateError(f"quantization_config.weights = {short(weights)} must be an object.")
    targets = _names(written, "targets")
    layout = _compressed_layout(weights)
    return Group(layout, None if "Linear" in targets or not targets else Names.of(targets))


def _compressed_layout(weights: Mapping) -> Layout:
    bits = _bits(weights, "num_bits", 8)
    size = _group(weights, "group_size", -1)
    four_bit_float = weights.get("type") == "float" and bits == 4
    strategy = weights.get("strategy") or ("group" if size else "tensor")
    zero = 0 if weights.get("symmetric", True) else bits
    if four_bit_float and size:  # NVFP4 and MXFP4: 8-bit scales, and of NVFP4 one more of the whole matrix
        return Layout(bits, 1, size, 1, matrix_bytes=FP32 if size == 16 else 0)
    if strategy == "block":
        rows, columns = _block(weights.get("block_structure"), "block_structure")
        return Layout(bits, rows, columns, FP16, zero)
    if strategy in ("group", "channel"):
        return Layout(bits, 1, size if strategy == "group" else None, FP16, zero)
    if strategy == "tensor":
        return Layout(bits, None, None, FP16, zero)
    raise CannotEstimateError(f"quantization_config's strategy {short(strategy)} is not one that is read here.")


def _modelopt(written: Mapping) -> dict:
    algorithm = written.get("quant_algo")
    layers = written.get("quantized_layers")
    if algorithm == "MIXED_PRECISION" or isinstance(layers, Mapping):
        if not isinstance(layers, Mapping) or not layers:
            raise CannotEstimateError(
                "The quantization_config says MIXED_PRECISION but not, in quantized_layers, which layer has which."
            )
        kinds: dict[str, list] = {}
        for name, each in layers.items():
            kinds.setdefault(str(each.get("quant_algo")) if isinstance(each, Mapping) else str(each), []).append(name)
        groups = tuple(Group(_algorithm(kind), Names.of(names)) for kind, names in kinds.items())
        return {"groups": groups, "with_head": True, "with_towers": True}
    return {"groups": (Group(_algorithm(algorithm)),)}


def _mlx(written: Mapping) -> dict:
    """A layout for all matrices and embeddings, and for modules named in it one of their own, or none."""
    own = {name: each for name, each in written.items() if isinstance(each, Mapping) or each is False}
    groups = [Group(_mlx_layout({**written, **each}), Names.of([name])) for name, each in own.items() if each]
    excluded = [name for name, each in own.items() if each is False]
    every = Group(_mlx_layout(written))
    return {"groups": (*groups, every), "excluded": excluded, "with_head": True, "with_embedding": True}


def _mlx_layout(written: Mapping) -> Layout:
    mode = written.get("mode", "affine")
    if mode not in ("affine", *MLX_FLOATS):
        raise CannotEstimateError(f"How the checkpoint is stored is not known: MLX's mode {short(mode)}.")
    usual_bits, usual_size = MLX_FLOATS.get(mode, (4, 64))
    bits, size = _bits(written, "bits", usual_bits), _group(written, "group_size", usual_size)
    return Layout(bits, 1, size, 1) if mode in MLX_FLOATS else Layout(bits, 1, size, FP16, 8 * FP16)


def _algorithm(name: object) -> Layout:
    rows = _checkpoints()["modelopt_algorithms"]
    if not isinstance(name, str) or name not in rows:
        raise CannotEstimateError(
            f"How the checkpoint is stored is not known: its quant_algo {short(name)} is not one of {', '.join(rows)}."
        )
    row = rows[name]
    return Layout(row["bits"], 1, row["group"] or None, row["scale_bytes"], matrix_bytes=row["matrix_bytes"])


READERS = {
    "fp8": _fp8,
    "fbgemm_fp8": _fbgemm,
    "mxfp4": _mxfp4,
    "gptq": _gptq,
    "awq": _awq,
    "bitsandbytes": _bitsandbytes,
    "compressed-tensors": _compressed_tensors,
    "modelopt": _modelopt,
    "mlx": _mlx,
}
