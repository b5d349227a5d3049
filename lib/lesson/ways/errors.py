"""The one error of this domain."""

from __future__ import annotations

from lib.errors import StudentError


class WaysError(StudentError):
    """A choice among ways of training that a student can put right."""
