"""The one error of the memory calculator."""

from lib.errors import StudentError


class CannotEstimateError(StudentError):
    """A set-up whose memory cannot be estimated; the message names the field and says what would be right."""
