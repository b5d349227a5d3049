"""The one error of this domain."""

from __future__ import annotations

from lib.errors import StudentError


class ScalingError(StudentError):
    """A size, a budget or a filter that a student can put right."""
