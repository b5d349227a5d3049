"""A LoRA adapter that was brought back: what its config says, and how far it moves each layer. No torch."""

from __future__ import annotations

import json
import math
import re
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from lib.lesson.unsloth.brought.archive import MOST_BYTES, PICKLES, is_zip, unpack
from lib.lesson.unsloth.brought.tensors import read_tensors
from lib.lesson.unsloth.errors import ActivityError

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
LOG = "trainer_state.json"
DOWN, UP = ".lora_A.weight", ".lora_B.weight"
LAYER = re.compile(r"\.(?:layers|h|blocks?)\.(\d{1,4})\.")
MOST_CONFIG_BYTES = 1_000_000
_one_at_a_time = threading.Lock()
"""A whole class uploads at once: each adapter is unpacked to several times its size for a moment."""


@dataclass(frozen=True)
class MatrixMoved:
    """What the adapter adds to one matrix."""

    layer: int | None
    """Counted from 0; None where the name has none."""
    matrix: str
    rank: int
    parameters: int
    norm: float | None
    """‖(alpha / rank) · B A‖, Frobenius; without the factor where alpha is not known. None: not a number."""


@dataclass(frozen=True)
class Adapter:
    """A LoRA adapter, as far as it was brought."""

    file: str
    base: str | None
    """What the config calls the model it belongs to."""
    rank: int | None
    lora_alpha: float | None
    scaled_by_root: bool
    """rsLoRA: alpha / √rank."""
    dropout: float | None
    targets: tuple[str, ...]
    """As the tensors have them; where only the config was brought, as it has them."""
    matrices: tuple[MatrixMoved, ...]
    """Empty where only the config was brought."""
    other_parameters: int
    """In tensors that are no LoRA matrices, such as an embedding that was trained as well."""
    bytes_: int
    notes: tuple[str, ...]
    log: bytes | None = None
    """A trainer's log that lay beside it."""

    @property
    def scaling(self) -> float | None:
        """What B A is multiplied by."""
        if self.rank is None or self.lora_alpha is None:
            return None
        return self.lora_alpha / (math.sqrt(self.rank) if self.scaled_by_root else self.rank)

    @property
    def parameters(self) -> int:
        return sum(each.parameters for each in self.matrices) + self.other_parameters

    @property
    def has_learnt(self) -> bool:
        """B begins at zero, so an adapter whose products are all zero has not been trained."""
        return any(each.norm for each in self.matrices)

    @property
    def by_layer(self) -> dict[int, float]:
        """The norm of all that is added in each layer: the root of the sum of its matrices' squares."""
        squares: dict[int, float] = defaultdict(float)
        for each in self.matrices:
            if each.layer is not None and each.norm is not None:
                squares[each.layer] += each.norm**2
        return {layer: math.sqrt(squares[layer]) for layer in sorted(squares)}

    @property
    def by_matrix(self) -> dict[str, float]:
        """The same for each kind of matrix, over all layers."""
        squares: dict[str, float] = defaultdict(float)
        for each in self.matrices:
            if each.norm is not None:
                squares[each.matrix] += each.norm**2
        return {name: math.sqrt(total) for name, total in sorted(squares.items(), key=lambda item: -item[1])}


def read_adapter(content: bytes, file: str) -> Adapter:
    """A zip of a peft folder, or its config or its safetensors alone; ActivityError in one sentence otherwise."""
    if len(content) > MOST_BYTES:
        raise ActivityError(
            f"“{file}” has {len(content) / 1e6:,.0f} MB, and up to {MOST_BYTES // 1_000_000} MB are read here: bring "
            f"{CONFIG} alone, or the adapter saved in 16 bits."
        )
    if not content:
        raise ActivityError(f"“{file}” is empty; bring the zip that the notebook's last cell makes.")
    if file.lower().endswith(PICKLES):
        raise ActivityError(
            f"“{file}” is a pickle, which can run code when it is opened, so it stays shut; save the adapter as "
            "safetensors, as save_pretrained does."
        )
    with _one_at_a_time:
        if is_zip(content):
            return _from_zip(content, file)
        if content.lstrip()[:1] in (b"{", b"[", b"\xef"):
            return _adapter(_config(content, file), {}, file, len(content), ())
        return _adapter({}, read_tensors(content, file), file, len(content), (NO_CONFIG,))


NO_CONFIG = f"Without {CONFIG} alpha is not known: the norms are those of B·A, before alpha / rank."


def _from_zip(content: bytes, file: str) -> Adapter:
    unpacked = unpack(content, frozenset({CONFIG, WEIGHTS, LOG}), file)
    files, notes = unpacked.files, []
    if CONFIG not in files and WEIGHTS not in files:
        beside = f", only {PurePosixPath(unpacked.pickles[0]).name}, a pickle" if unpacked.pickles else ""
        raise ActivityError(
            f"“{file}” holds no {WEIGHTS} and no {CONFIG}{beside}; zip the folder that save_pretrained made."
        )
    if unpacked.pickles:
        names = ", ".join(PurePosixPath(name).name for name in unpacked.pickles[:3])
        notes.append(f"Left unopened, because opening a pickle can run code: {names}.")
    if WEIGHTS not in files:
        notes.append(f"There is no {WEIGHTS} in it, so only the settings are known.")
    if CONFIG not in files:
        notes.append(NO_CONFIG)
    config = _config(files[CONFIG], file) if CONFIG in files else {}
    tensors = read_tensors(files[WEIGHTS], WEIGHTS) if WEIGHTS in files else {}
    return _adapter(config, tensors, file, len(content), tuple(notes), files.get(LOG))


def _config(content: bytes, file: str) -> dict:
    try:
        config = json.loads(content[:MOST_CONFIG_BYTES].decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ActivityError(f"{CONFIG} in “{file}” is not JSON; bring it as save_pretrained wrote it.") from None
    if not isinstance(config, dict) or "peft_type" not in config:
        raise ActivityError(f"“{file}” is not a {CONFIG} of peft: it has no peft_type. Bring the adapter's own config.")
    if config["peft_type"] != "LORA":
        raise ActivityError(
            f"“{file}” is an adapter of the kind {str(config['peft_type'])[:40]}; this page reads LoRA "
            "alone, so bring a LoRA adapter."
        )
    if config.get("alpha_pattern"):
        raise ActivityError(
            f"“{file}” has an alpha_pattern, other alphas for some matrices, which is not read here; bring an adapter "
            "with one alpha."
        )
    for name, least in (("r", 1), ("lora_alpha", 0)):
        value = config.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= 1e6:
            raise ActivityError(f"{CONFIG} says {name} = {str(value)[:40]}; it must be a number of {least} or more.")
    return config


def _adapter(
    config: dict,
    tensors: dict[str, np.ndarray],
    file: str,
    size: int,
    notes: tuple[str, ...],
    log: bytes | None = None,
) -> Adapter:
    root = config.get("use_rslora") is True
    matrices, others = _matrices(config, tensors, root, file) if tensors else ((), 0)
    ranks = {each.rank for each in matrices}
    rank = int(config["r"]) if config else (min(ranks) if len(ranks) == 1 else None)
    said = [*notes]
    if ranks and ranks != {rank}:
        said.append(f"The matrices have rank {', '.join(map(str, sorted(ranks)))}.")
    if config.get("use_dora") is True:
        said.append("It is DoRA: the norms are those of B·A alone, before its columns are scaled again.")
    if any(each.norm is None for each in matrices):
        said.append("Some entries are no numbers (NaN or infinite): the run diverged.")
    told = config.get("target_modules")
    named = tuple(sorted({each.matrix for each in matrices})) or _targets(told)
    base, dropout = config.get("base_model_name_or_path"), config.get("lora_dropout")
    return Adapter(
        file=file,
        base=base[:120] if isinstance(base, str) else None,
        rank=rank,
        lora_alpha=float(config["lora_alpha"]) if config else None,
        scaled_by_root=root,
        dropout=float(dropout) if isinstance(dropout, int | float) else None,
        targets=named,
        matrices=matrices,
        other_parameters=others,
        bytes_=size,
        notes=tuple(said),
        log=log,
    )


def _targets(told: object) -> tuple[str, ...]:
    if isinstance(told, str):
        return (told[:80],)
    return tuple(sorted(str(each)[:40] for each in told[:50])) if isinstance(told, list) else ()


def _matrices(
    config: dict, tensors: dict[str, np.ndarray], root: bool, file: str
) -> tuple[tuple[MatrixMoved, ...], int]:
    """Every pair of A and B; and the parameters of what belongs to no pair."""
    found, paired = [], 0
    for name, down in sorted(tensors.items()):
        if not name.endswith(DOWN):
            continue
        path = name.removesuffix(DOWN)
        up = tensors.get(path + UP)
        if up is None or down.ndim != 2 or up.ndim != 2 or up.shape[1] != down.shape[0]:
            raise ActivityError(
                f"“{file}” holds {name[-80:]} without a B that fits it: A must be [rank, inputs] and B [outputs, rank]."
            )
        rank = down.shape[0]
        factor = config["lora_alpha"] / (math.sqrt(rank) if root else rank) if config and rank else 1.0
        layer = LAYER.search(name)
        found.append(
            MatrixMoved(
                int(layer[1]) if layer else None,
                path.rsplit(".", 1)[-1],
                rank,
                down.size + up.size,
                product_norm(down, up, factor),
            )
        )
        paired += down.size + up.size
    if not found:
        raise ActivityError(
            f"“{file}” holds no LoRA matrices: their names end in lora_A.weight and lora_B.weight. Bring the adapter, "
            "not a whole model."
        )
    return tuple(found), sum(each.size for each in tensors.values()) - paired


def product_norm(down: np.ndarray, up: np.ndarray, factor: float) -> float | None:
    """‖factor · B A‖ (Frobenius) from two rank × rank matrices: ‖B A‖² = Σ (BᵀB) ∘ (A Aᵀ). None if not finite.

    down  A, [rank, inputs]
    up    B, [outputs, rank]
    """
    a, b = down.astype(np.float64), up.astype(np.float64)
    square = float(((b.T @ b) * (a @ a.T)).sum())
    if not math.isfinite(square):
        return None
    return abs(factor) * math.sqrt(max(square, 0.0))
