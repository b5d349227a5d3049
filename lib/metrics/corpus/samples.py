"""Corpora to begin with: two small ones with a point, and a large one made up on the spot."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import cache

from lib.metrics.corpus.reading.file import read_table
from lib.metrics.corpus.reading.table import Table, frame_of_rows
from lib.metrics.pair.presets import FOLDER

MADE_UP_ROWS, MADE_UP_WORDS = 10_000, 25
_WORDS = (
    "kopi teh siew dai kosong peng gao ang moh kaya toast egg uncle auntie order hot cup milk sugar table two".split
)


@dataclass(frozen=True)
class Sample:
    key: str
    title: str
    other: bool
    """Whether it has a second system."""
    about: str
    source: str


@cache
def samples() -> dict[str, Sample]:
    entries = json.loads((FOLDER / "corpora" / "corpora.json").read_text(encoding="utf-8"))
    return {entry["key"]: Sample(**entry) for entry in entries}


def sample_table(key: str) -> Table:
    """The rows of a sample as if its file had been uploaded; KeyError if there is none of that name."""
    if key not in samples():
        raise KeyError(key)
    return _made_up() if key == "made_up" else read_table((FOLDER / "corpora" / f"{key}.csv").read_bytes())


@cache
def _made_up() -> Table:
    rng = random.Random(0)
    words = _WORDS()
    rows = []
    for number in range(2, MADE_UP_ROWS + 2):
        reference = rng.choices(words, k=MADE_UP_WORDS)
        first = [word if rng.random() < 0.8 else rng.choice(words) for word in reference]
        second = [word if rng.random() < 0.78 else rng.choice(words) for word in reference]
        rows.append((number, (" ".join(reference), " ".join(first), " ".join(second))))
    frame = frame_of_rows(("reference", "system_a", "system_b"), rows)
    return Table(frame, (), "made-up rows", "UTF-8")
