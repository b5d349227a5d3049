"""Parameter counts of adapters that their authors published. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.lesson.adapters.anatomy import Adapter
from lib.lesson.adapters.kinds import FILE
from lib.memory import architecture
from lib.sources import Source


@dataclass(frozen=True)
class Published:
    """A count in millions, as it is printed."""

    model: str
    same_shape: str
    """A model of the catalogue with the same shape."""
    kind: str
    size: int
    places: tuple[str, ...]
    millions: str

    @property
    def counted(self) -> Adapter:
        return Adapter(architecture(self.same_shape), self.kind, self.size, self.places)


@cache
def published() -> tuple[Published, ...]:
    return tuple(Published(**{**row, "places": tuple(row["places"])}) for row in _facts()["published"])


def published_source() -> Source:
    return Source(**_facts()["published_source"])


def _facts() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))
