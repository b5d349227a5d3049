"""How many parameters an adapter of rank r has, on any architecture, and what the LoRA paper says. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.memory import Architecture
from lib.memory.model.module_names import own_name
from lib.memory.train.adapters import Targets, adapter_parameters, lora_targets
from lib.places import ASSETS
from lib.sources import Source
from lib.training.errors import TrainingError
from lib.whole_numbers import check_whole

LARGEST_RANK = 65_536
BYTES_FP32 = 4


@dataclass(frozen=True)
class MatrixCount:
    """One target matrix, in all layers that have it."""

    name: str
    inputs: int
    outputs: int
    layers: int
    rank: int
    own_name: str
    """What the model itself calls it."""

    @property
    def parameters(self) -> int:
        """r · (inputs + outputs) in each layer: A is r × inputs, B is outputs × r."""
        return self.rank * (self.inputs + self.outputs) * self.layers

    @property
    def frozen(self) -> int:
        """Parameters of the matrices beside which they are."""
        return self.inputs * self.outputs * self.layers


@dataclass(frozen=True)
class AdapterCount:
    """An adapter of rank r on an architecture (Hu et al. 2021, section 4.2)."""

    architecture: Architecture
    rank: int
    targets: Targets

    def __post_init__(self) -> None:
        check_whole("rank", self.rank, 1, LARGEST_RANK, TrainingError)

    @property
    def parameters(self) -> int:
        return adapter_parameters(self.architecture, self.rank, self.targets)

    @property
    def share(self) -> float:
        return self.parameters / self.architecture.parameters

    @property
    def file_bytes(self) -> int:
        """In fp32, as peft saves an adapter that was trained in it; headers left out."""
        return BYTES_FP32 * self.parameters

    @property
    def matrices(self) -> tuple[MatrixCount, ...]:
        names = lora_targets(self.architecture, self.targets)
        return tuple(
            MatrixCount(
                each.name, each.inputs, each.outputs, layers, self.rank, own_name(self.architecture.family, each.name)
            )
            for each, layers in self.architecture.all_linears
            if each.name in names and each.kind in ("attention", "mlp")
        )

    @property
    def beyond(self) -> tuple[str, ...]:
        """Matrices that have no such rank: no product of theirs has a rank above the smaller side."""
        return tuple(each.name for each in self.matrices if self.rank > min(each.inputs, each.outputs))


@dataclass(frozen=True)
class Published:
    """A figure of the LoRA paper."""

    rank: int
    targets: Targets
    millions: float

    @property
    def counted(self) -> AdapterCount:
        return AdapterCount(gpt3(), self.rank, self.targets)


@cache
def gpt3() -> Architecture:
    return Architecture(**_paper()["architecture"])


def published() -> tuple[Published, ...]:
    return tuple(Published(**row) for row in _paper()["published"])


def published_source() -> Source:
    return Source(**_paper()["published_source"])


@cache
def _paper() -> dict:
    return json.loads((ASSETS / "training" / "lora_paper.json").read_text(encoding="utf-8"))
