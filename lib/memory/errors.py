"""The errors of the memory calculator."""

from lib.errors import StudentError


class CannotEstimateError(StudentError):
    """A set-up whose memory cannot be estimated; the message names the field and says what would be right."""


class NeedsCounting(CannotEstimateError):
    """No formula here knows this model: it has to be built from its config, without weights, and counted."""


class NeedsAnotherLibrary(CannotEstimateError):
    """A part of the model comes from a library that is not installed."""
