"""The one error of this domain."""

from __future__ import annotations

from lib.errors import StudentError


class AdapterError(StudentError):
    """A choice of adapter that a student can put right."""
