"""The one kind of error whose message is written for a student."""


class StudentError(ValueError):
    """Something the reader can put right.

    The message is one sentence that says what is wrong and what would be right. Each domain raises a
    subclass of its own; `lib.ui.problem` is the only place that shows them.
    """
