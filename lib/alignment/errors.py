"""What can be wrong with rankings, rewards and policies, said so that a student can put it right."""

from __future__ import annotations

from lib.errors import StudentError


class AlignmentError(StudentError):
    """Rankings, a reward or a run that cannot be used as they are."""
