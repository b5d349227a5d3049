"""The one error of this domain."""

from __future__ import annotations

from lib.errors import StudentError


class QuizError(StudentError):
    """A file of the quiz that cannot be loaded, or a round that cannot be drawn."""
