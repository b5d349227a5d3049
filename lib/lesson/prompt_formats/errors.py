"""What can be wrong with a conversation or a template, said so that a student can put it right."""

from __future__ import annotations

from lib.errors import StudentError


class FormatError(StudentError):
    """A conversation or a template that cannot be used."""


class TemplateError(FormatError):
    """A template that cannot be read, or that stops while it is rendered."""

    def __init__(self, what: str, line: int | None = None) -> None:
        self.what, self.line = what, line
        super().__init__(f"Line {line} of the template: {what}" if line else f"The template: {what}")
