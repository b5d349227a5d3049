"""The one error of this domain."""

from __future__ import annotations

from lib.errors import StudentError


class EvaluationError(StudentError):
    """An item, a text or a setting that cannot be evaluated."""
