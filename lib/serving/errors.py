"""What an operator hears whose key is not taken."""

from lib.errors import StudentError


class OperatorError(StudentError):
    """The operator's page stays closed."""
