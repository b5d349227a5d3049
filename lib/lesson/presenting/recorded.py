"""Runs of the demos that were recorded, for a lesson whose model is slow or whose network is gone."""

from __future__ import annotations

import gzip
import json
from functools import cache, lru_cache

from lib.engine.recording import Recording
from lib.places import ASSETS

FOLDER = ASSETS / "lesson" / "recordings"
SUFFIX = ".json.gz"


def recorded_kinds() -> frozenset[str]:
    """Kinds of jobs of which a recorded run is here."""
    return frozenset(file.name.removesuffix(SUFFIX) for file in FOLDER.glob(f"*{SUFFIX}"))


@lru_cache(maxsize=4)
def recording(kind: str) -> Recording | None:
    """The recorded run of this kind; None if there is none."""
    if kind not in recorded_kinds():
        return None
    with gzip.open(FOLDER / f"{kind}{SUFFIX}", "rt", encoding="utf-8") as file:
        return Recording.from_json(json.load(file))


@cache
def recorded_s(kind: str) -> float | None:
    """How long the recorded run took where it was recorded, in seconds; None if there is none."""
    told = recording(kind)
    return told and told.elapsed_s


def write_recording(told: Recording) -> int:
    """Keep a run for the lesson; the size of its file in bytes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps(told.to_json(), ensure_ascii=False, separators=(",", ":"))
    packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    return (FOLDER / f"{told.kind}{SUFFIX}").write_bytes(packed)
