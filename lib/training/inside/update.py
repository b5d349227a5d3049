"""The update of one matrix, its singular values, and what a smaller rank would keep. No torch."""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from safetensors.numpy import load

IN_A_LAYER = re.compile(r"\.(\d+)\.([\w.]+)$")
"""A module's name: the number of its layer, whatever the model calls its layers, and what it is within it."""
A = ".lora_A.weight"
USED_TWICE = ("c_proj",)


@dataclass(frozen=True, eq=False)
class Update:
    """What is added to one frozen matrix: ΔW = scaling · B A (Hu et al. 2021, arXiv 2106.09685, section 4.1)."""

    scaling: float
    """lora_alpha / r, in rank-stabilised LoRA lora_alpha / √r."""
    a: np.ndarray
    """[r, inputs]."""
    b: np.ndarray
    """[outputs, r]."""

    @property
    def rank(self) -> int:
        return len(self.a)

    @property
    def matrix(self) -> np.ndarray:
        """ΔW, [outputs, inputs]; as large as the frozen matrix, and so made anew for who asks."""
        return self.scaling * self.b.astype(np.float64) @ self.a.astype(np.float64)

    @cached_property
    def singular_values(self) -> np.ndarray:
        """Those that can differ from zero, the largest first: of a small matrix, for B A = Q_B (R_B R_Aᵀ) Q_Aᵀ."""
        r_b = np.linalg.qr(self.b.astype(np.float64), mode="r")
        r_a = np.linalg.qr(self.a.astype(np.float64).T, mode="r")
        return abs(self.scaling) * np.linalg.svd(r_b @ r_a.T, compute_uv=False)

    @property
    def is_zero(self) -> bool:
        return not self.singular_values.any()

    @property
    def norm(self) -> float:
        """Frobenius: the root of the sum of all squares."""
        return float(np.sqrt((self.singular_values**2).sum()))

    @property
    def kept_by_rank(self) -> np.ndarray:
        """For rank 1, 2, …: the largest share of ‖ΔW‖² that a matrix of that rank can keep.

        It is Σ σᵢ² of so many singular values over that of all (Eckart and Young 1936). Zeros where
        ΔW is zero.
        """
        squares = np.cumsum(self.singular_values**2)
        return squares / squares[-1] if squares[-1] else squares

    def rank_that_keeps(self, share: float) -> int:
        """The smallest rank that keeps at least so much of ‖ΔW‖²."""
        return int(np.searchsorted(self.kept_by_rank, share * (1 - 1e-12))) + 1

    def pooled(self, cells: int) -> np.ndarray:
        """ΔW for showing, at most `cells` rows and columns: of each block the value that is furthest from zero."""
        found = self.matrix
        rows, columns = (np.array_split(np.arange(size), min(size, cells)) for size in found.shape)
        bands = np.stack([_furthest(found[band], axis=0) for band in rows])
        return np.stack([_furthest(bands[:, band], axis=1) for band in columns], axis=1)


@dataclass(frozen=True)
class Place:
    """Where a matrix is: its layer, counted from 0, and its name."""

    layer: int
    matrix: str

    def __str__(self) -> str:
        return f"layer {self.layer}, {self.matrix}"


def updates(adapter: bytes) -> dict[Place, Update]:
    """Every update of a peft adapter in a zip, as `Finished.adapter` holds it; none where it is no LoRA."""
    with zipfile.ZipFile(io.BytesIO(adapter)) as archive:
        config = json.loads(archive.read("adapter_config.json"))
        weights = load(archive.read("adapter_model.safetensors"))
    if config.get("peft_type") != "LORA":
        return {}
    scaling = config["lora_alpha"] / (math.sqrt(config["r"]) if config.get("use_rslora") else config["r"])
    found = {}
    for name in weights:
        place = IN_A_LAYER.search(name.removesuffix(A)) if name.endswith(A) else None
        if place:
            b = weights[name.replace("lora_A", "lora_B")]
            found[Place(int(place[1]), short_name(place[2]))] = Update(scaling, weights[name], b)
    return dict(sorted(found.items(), key=lambda item: (item[0].layer, item[0].matrix)))


def short_name(within: str) -> str:
    """Of a matrix within its layer: its own name, or with what it is in where another has the same (GPT-2)."""
    *inside, name = within.split(".")
    return f"{inside[-1]}.{name}" if name in USED_TWICE else name


def _furthest(block: np.ndarray, axis: int) -> np.ndarray:
    where = np.expand_dims(np.abs(block).argmax(axis=axis), axis)
    return np.take_along_axis(block, where, axis).squeeze(axis)
