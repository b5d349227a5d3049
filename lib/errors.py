"""The one kind of error whose message is written for a student, and what a job meets when its owner presses stop."""


class StudentError(ValueError):
    """Something the reader can put right.

    The message is one sentence that says what is wrong and what would be right. Each domain raises a
    subclass of its own; `lib.ui.problem` is the only place that shows them.
    """


class StopRequested(Exception):
    """Thrown into a job's generator when its owner presses stop; it may catch it and yield what it has so far.

    It lies here and not in the engine, so that a job can run where the engine and Dask are not installed.
    """
