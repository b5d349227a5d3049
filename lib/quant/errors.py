"""What can be wrong with a quantization experiment, said so that a student can put it right."""

from lib.errors import StudentError


class QuantError(StudentError):
    """A format, a grouping, a text or a model with which the experiment cannot be done."""


class WouldNotFit(QuantError):
    """Weights that this device has no memory for; known before they are loaded."""
