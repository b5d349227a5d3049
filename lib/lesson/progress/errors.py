"""The one error of this domain."""

from __future__ import annotations

from lib.errors import StudentError


class ProgressError(StudentError):
    """A file of progress that cannot be loaded."""
