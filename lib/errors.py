"""The one kind of error whose message is written for a student, and what a job meets when its owner presses stop."""

import errno


class StudentError(ValueError):
    """Something the reader can put right.

    The message is one sentence that says what is wrong and what would be right. Each domain raises a
    subclass of its own; `lib.ui.problem` is the only place that shows them.
    """


class StopRequested(Exception):
    """Thrown into a job's generator when its owner presses stop; it may catch it and yield what it has so far.

    It lies here and not in the engine, so that a job can run where the engine and Dask are not installed.
    """


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a device had no room for what was asked of it: Python's own error, CUDA's, or torch's on a processor,
    which is a RuntimeError ("can't allocate memory", on Windows "not enough memory")."""
    said = str(error).lower()
    words = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, MemoryError) or any(each in said for each in words)


def is_disk_full(error: BaseException) -> bool:
    """Whether there was no room on a disk: the system's own error, or what a library makes of it (safetensors names
    only its text)."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return full or tells_of_a_full_disk(str(error))


def tells_of_a_full_disk(said: str) -> bool:
    """The same of what another program has printed, in the system's words."""
    return any(words in said.lower() for words in ("no space left on device", "disk quota exceeded"))
