"""What the weights came through whose figures a page shows: said once on it."""

from __future__ import annotations

from collections.abc import Mapping

from lib.models.origin import what_it_means
from lib.ui.kit.keeping.notes import notes_now


def came_through(by_way_of: Mapping[str, str | None], place: str) -> str:
    """A sentence for each model whose weights went through a format with fewer bits, unless the page has it elsewhere.

    by_way_of  that format, by the model's name
    place      what on the page asks: the first to do so is answered, and again when its own timer draws it
    """
    notes = notes_now()
    said = notes.weights if notes is not None else {}
    told = {model: format for model, format in by_way_of.items() if format is not None}
    mine = [(model, format) for model, format in told.items() if said.setdefault((model, format), place) == place]
    return " ".join(what_it_means(*each) for each in mine)
