"""The one error of this domain."""

from __future__ import annotations

from lib.errors import StudentError


class PretrainingError(StudentError):
    """A text or a setting that a student can put right."""
