"""Records that are written again and again by what may be broken off at any moment."""

from __future__ import annotations

import json
from pathlib import Path


def write_whole(file: Path, records: list | dict) -> None:
    """JSON beside the file first, then in its place: whoever is broken off while writing leaves the old one."""
    beside = file.with_suffix(".part")
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        beside.write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
