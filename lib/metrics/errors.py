"""What a reader can put right in a text, a setting or a file."""

from __future__ import annotations

from lib.errors import StudentError


class MetricError(StudentError):
    """A pair of texts or a setting that cannot be scored."""


class CorpusError(MetricError):
    """A file that cannot be read as pairs of texts."""
