"""Runs of the demos that were recorded, for a lesson whose model is slow or whose network is gone."""

from __future__ import annotations

import gzip
import json
from functools import cache, lru_cache

from lib.engine.recording import Recording
from lib.places import ASSETS

FOLDER = ASSETS / "lesson" / "recordings"
SUFFIX = ".json.gz"
ANOTHER = "@"
"""In a name, between a kind of job and which of its runs: `lora@tiny_python`. The name of the usual one is its kind."""


def recorded_names() -> frozenset[str]:
    """Every recorded run that is here."""
    return frozenset(file.name.removesuffix(SUFFIX) for file in FOLDER.glob(f"*{SUFFIX}"))


def recorded_kinds() -> frozenset[str]:
    """Kinds of jobs of which the usual run is here."""
    return frozenset(name for name in recorded_names() if ANOTHER not in name)


def kind_of(name: str) -> str:
    return name.partition(ANOTHER)[0]


@lru_cache(maxsize=4)
def recording(name: str) -> Recording | None:
    """The recorded run of this name, or the usual one of this kind; None if there is none."""
    if name not in recorded_names():
        return None
    with gzip.open(FOLDER / f"{name}{SUFFIX}", "rt", encoding="utf-8") as file:
        return Recording.from_json(json.load(file))


@cache
def recorded_s(kind: str) -> float | None:
    """How long the recorded run took where it was recorded, in seconds; None if there is none."""
    told = recording(kind)
    return told and told.elapsed_s


def write_recording(told: Recording, name: str) -> int:
    """Keep a run for the lesson under this name; the size of its file in bytes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps(told.to_json(), ensure_ascii=False, separators=(",", ":"))
    packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    return (FOLDER / f"{name}{SUFFIX}").write_bytes(packed)
