"""What can be wrong with what is asked of the activity, said so that a student can put it right."""

from __future__ import annotations

from lib.errors import StudentError


class ActivityError(StudentError):
    """A set-up cannot be counted, or a file that was brought back cannot be read."""
