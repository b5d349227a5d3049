"""Texts to fine-tune on, with the part that is held out and the blanks that test them. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.places import ASSETS
from lib.training.errors import TrainingError
from lib.training.run import Blank

FOLDER = ASSETS / "datasets"


@dataclass(frozen=True)
class Dataset:
    title: str
    about: str
    source: str
    training: tuple[str, ...]
    held_out: tuple[str, ...]
    blanks: tuple[Blank, ...]


@cache
def catalogue() -> dict[str, str]:
    """Title by name, of every dataset that comes with the app."""
    return {name: card["title"] for name, card in _cards().items()}


@cache
def load_dataset(name: str) -> Dataset:
    """The dataset called `name`. Raises TrainingError if there is none."""
    card = _cards().get(name)
    if card is None:
        raise TrainingError(f"There is no dataset called {name}; choose one of {', '.join(_cards())}")
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return Dataset(
        title=card["title"],
        about=card["about"],
        source=card["source"],
        training=tuple(row["text"] for row in rows if row["split"] == "train"),
        held_out=tuple(row["text"] for row in rows if row["split"] == "held_out"),
        blanks=tuple(Blank(**blank) for blank in card["blanks"]),
    )


@cache
def _cards() -> dict[str, dict]:
    return json.loads((FOLDER / "datasets.json").read_text(encoding="utf-8"))
