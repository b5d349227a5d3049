"""The open models whose architectures are known here, and models made from a few numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache, cached_property

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.model.config_json import from_config
from lib.places import ASSETS
from lib.sources import Source

ARCHITECTURES_FILE = ASSETS / "memory" / "architectures.json"
LLAMA_3_VOCABULARY = 128_256


@dataclass(frozen=True)
class Entry:
    """One model of the catalogue: its config as `transformers` takes it, and the published parameter count."""

    name: str
    hub_id: str
    config: dict
    parameters: int
    source: Source
    note: str | None

    @cached_property
    def architecture(self) -> Architecture:
        arch = from_config(self.config, name=self.name)
        return replace(arch, notes=(*arch.notes, self.note)) if self.note else arch


@cache
def catalogue() -> dict[str, Entry]:
    """Every model by name, smallest families first, as in the file."""
    rows = json.loads(ARCHITECTURES_FILE.read_text(encoding="utf-8"))
    return {row["name"]: Entry(**{**row, "source": Source(**row["source"])}) for row in rows}


def architecture(name: str) -> Architecture:
    """The architecture of the model that the catalogue calls `name`."""
    if name not in catalogue():
        raise CannotEstimateError(f"{name[:80]!r} is not in the catalogue: pick a model, or paste its config.json.")
    return catalogue()[name].architecture


def from_parameters(parameters: float) -> Architecture:
    """A Llama-shaped architecture of about `parameters` parameters, for when nothing else is known.

    Width and depth follow the published Llama models (h ≈ 128·L for large ones); the result's own count is exact for
    its shape and within a few per cent of what was asked.
    """
    if not 1e6 <= parameters <= 1e13:
        raise CannotEstimateError(f"parameters = {parameters:,.0f} must lie between one million and ten trillion.")
    vocab = min(LLAMA_3_VOCABULARY, max(1_000, int(parameters // 4_096)))
    best: Architecture | None = None
    for layers in range(2, 161):
        hidden = max(128, round((12.5 * layers) ** 1.22 / 128 + 1) * 128 if layers < 20 else layers * 102 // 128 * 128)
        for width in {max(128, hidden - 128), hidden, hidden + 128}:
            built = _llama_shaped(layers, width, vocab, f"{parameters / 1e9:g}B parameters")
            if best is None or abs(built.parameters - parameters) < abs(best.parameters - parameters):
                best = built
    return _closest(best, parameters)


def _closest(shape: Architecture, parameters: float) -> Architecture:
    """Adjust the MLP width, the freest choice, until the count is as close as whole numbers allow."""
    per_width = 3 * shape.hidden_size * shape.num_hidden_layers
    width = shape.intermediate_size + round((parameters - shape.parameters) / per_width)
    return replace(shape, intermediate_size=max(1, width))


def _llama_shaped(layers: int, hidden: int, vocab: int, name: str) -> Architecture:
    heads = hidden // 128
    kv_heads = next(count for count in (8, 4, 2, 1) if heads % count == 0)
    return Architecture(
        name=name,
        family="llama",
        num_hidden_layers=layers,
        hidden_size=hidden,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        head_dim=128,
        intermediate_size=hidden * 7 // 2,
        vocab_size=vocab,
        max_position_embeddings=131_072,
        tie_word_embeddings=hidden <= 3_072,
    )
