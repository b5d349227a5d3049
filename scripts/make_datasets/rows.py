"""Drawing rows and writing them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

from lib.training.texts.datasets import FOLDER

Row = dict[str, str]
"""`text`, or `prompt` and `answer`."""


def draw(make: Sequence[Callable[[random.Random], Row]], count: int, rng: random.Random, taken: set[str]) -> list[Row]:
    """`count` rows that are in no other part, from every maker about equally often."""
    rows: list[Row] = []
    while len(rows) < count:
        for one in rng.sample(make, len(make)):
            row = one(rng)
            text = row.get("text") or row["prompt"] + row["answer"]
            if text not in taken and len(rows) < count:
                taken.add(text)
                rows.append(row)
    return rows


def write(name: str, training: Sequence[Row], held_out: Sequence[Row]) -> None:
    rows = [{**row, "split": "train"} for row in training] + [{**row, "split": "held_out"} for row in held_out]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (FOLDER / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    print(f"{name}: {len(training)} training and {len(held_out)} held-out texts")
