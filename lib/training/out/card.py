"""What a run was made of, so that another can be made like it. No torch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from lib.places import BUNDLED_IN_REPOSITORY
from lib.training.texts.datasets import Dataset


@dataclass(frozen=True)
class RunCard:
    """Everything beside the settings that decides a run's losses, and whether the frozen base stayed frozen."""

    model: str
    hub_id: str | None
    """None for the bundled model."""
    revision: str | None
    """Commit on the hub; None where the weights are not from there."""
    weights_by_way_of: str | None
    """The format with fewer bits that the weights went through, if they did."""
    data: str
    data_sha256: str
    precision: str
    """Of the frozen base; the adapter is fp32."""
    device: str
    """Processor or GPU by name."""
    threads: int
    """Of torch: another number adds up in another order, which changes last digits."""
    versions: tuple[tuple[str, str], ...]
    """(Name, version) of Python and of each library that computes."""
    base_sha256_before: str
    base_sha256_after: str | None
    """None where the run changed a copy of its own, as full fine-tuning does."""
    model_type: str = "llama"
    """The architecture's name in transformers, by which its matrices have their names."""
    kept_in: str | None = None
    """What those weights of the base were held in that are not quantized: "fp32", "bf16" or "fp16"."""

    @property
    def loaded_from(self) -> str:
        """What `from_pretrained` finds the base by, for whoever has a hub or this repository."""
        return self.hub_id or BUNDLED_IN_REPOSITORY

    @property
    def held_in(self) -> str:
        """The base's precision as one says it: "nf4", whose scales are quantized again, as in QLoRA."""
        return self.precision.removesuffix("-double")

    @property
    def is_quantized(self) -> bool:
        """Whether the base was held in 8 or 4 bits."""
        return self.precision not in ("fp32", "bf16", "fp16")

    @property
    def base_unchanged(self) -> bool | None:
        return None if self.base_sha256_after is None else self.base_sha256_before == self.base_sha256_after


def data_sha256(data: Dataset) -> str:
    """Of all texts in their order, with which part each is in and where its answers stand."""
    parts = {
        name: [[each.text, each.answers] for each in texts]
        for name, texts in (("training", data.training), ("held_out", data.held_out))
    }
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
