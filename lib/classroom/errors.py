"""What is wrong in a classroom."""

from __future__ import annotations

from lib.errors import StudentError


class RoomError(StudentError):
    """Something about a room, a question or an answer that its reader can put right."""


class NoSuchRoom(RoomError):
    """No room has that code, or it is over."""


class NotTheInstructor(RoomError):
    """Only whoever leads the room may do that."""


class TooOften(RoomError):
    """One client asks more often than a person can."""


class RoomsUnreachable(RoomError):
    """The database does not answer."""
