"""What the room of this browser has ranked, for other chapters. Without a room nothing is imported, nothing asked."""

from __future__ import annotations

from lib.alignment.preferences import Ranking
from lib.classroom.errors import RoomError
from lib.classroom.storage.where import may_hold_rooms
from lib.ui.classroom.doing import db
from lib.ui.kit.session import owner


def my_room() -> str | None:
    """The code of the room that this browser leads, else of the one that it has joined; None without one."""
    if not may_hold_rooms():
        return None
    from lib.classroom.members import room_of
    from lib.classroom.rooms import led_by

    try:
        led = led_by(db(), owner())
        if led is not None:
            return led.code
        joined = room_of(db(), owner())
    except RoomError:  # a chapter goes on without the room
        return None
    return joined[0] if joined else None


def rankings_of_my_room(model: str) -> tuple[Ranking, ...]:
    """Every student's last ranking of each prompt that was shown; nobody's name or number."""
    code = my_room()
    if code is None:
        return ()
    from lib.classroom.experiments.ranking import room_s_rankings

    try:
        found = room_s_rankings(db(), code, model)
    except RoomError:
        return ()
    return tuple(ranking for each in found for ranking in each.rankings.values())
