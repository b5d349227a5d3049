"""What a student can put right."""

from __future__ import annotations

from lib.errors import StudentError


class PromptingError(StudentError):
    """A sentence or a setting that a student can put right."""
