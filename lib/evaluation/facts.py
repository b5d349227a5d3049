"""The facts of the evaluation chapters, from `assets/evaluation`: each beside its source, none in code."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from lib.places import ASSETS

FOLDER = ASSETS / "evaluation"


@cache
def facts(name: str) -> Any:
    """The content of `assets/evaluation/<name>.json`."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
