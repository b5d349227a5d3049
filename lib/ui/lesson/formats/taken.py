"""What a view leaves to be taken home, at the end of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lib.ui.kit.exports import Rows


@dataclass(frozen=True)
class Taken:
    name: str
    """Of the files."""
    rows: Rows | None = None
    data: Any = None
