"""How things stand in a room, for a screen that must hear of what another browser does: a phone of what the instructor
does, the projector of what the instructor does on the phone."""

from __future__ import annotations

from lib.classroom.records import Asked, Stage
from lib.ui.classroom.doing import db
from lib.ui.kit.server.calling import call_when_changed


def follow_the_room(code: str, asked: Asked | None) -> None:
    """Run the page anew once its question is another one, or at another stage, than was drawn."""
    call_when_changed(("standing", code), lambda: _standing(code), _standing_of(code, asked))


def _standing(code: str) -> tuple:
    from lib.classroom.questions import current

    return _standing_of(code, current(db(), code))


def _standing_of(code: str, asked: Asked | None) -> tuple:
    """What of a question makes a screen draw itself anew."""
    if asked is None:
        return (None,)
    if asked.stage is Stage.SHOWN and asked.in_words:
        from lib.classroom.answers import words

        return (asked.number, asked.stage, tuple(words(db(), code, asked.number)))
    return (asked.number, asked.stage)
