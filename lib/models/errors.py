"""A model that cannot be had here, said so that a student can choose another or fetch it."""

from __future__ import annotations

from lib.errors import StudentError


class ModelUnavailable(StudentError):
    """A model cannot be used here; the message says why and what would help."""


class NoRoom(ModelUnavailable):
    """The disk is full, or would be."""
