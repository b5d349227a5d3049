"""What a presenter hears when a second screen finds no projector."""

from __future__ import annotations

from lib.errors import StudentError


class PresentingError(StudentError):
    """There is no such projector."""
