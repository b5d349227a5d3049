"""Jobs for the engine's tests: no model, only the ways a job can go."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors import SafetensorError

from lib.engine import StopRequested
from lib.errors import StudentError


def count(upto: int) -> Iterator[int | str]:
    """1, 2, 3 …, one every 20 ms; says "stopped" when asked to stop."""
    try:
        for number in range(1, upto + 1):
            time.sleep(0.02)
            yield number
    except StopRequested:
        yield "stopped"


def fails_for_a_student(_: None) -> Iterator[int]:
    yield 1
    raise StudentError("The rank is 0; it must be at least 1")


def fails(_: None) -> Iterator[int]:
    yield 1
    raise ZeroDivisionError("division by zero")


def fails_saying(said: str) -> Iterator[int]:
    """With what it was given in the error and in its cause, as a library does it that cannot read a text."""
    yield 1
    try:
        raise KeyError(said)
    except KeyError as cause:
        raise ValueError(f"cannot read {said!r}") from cause


class Unreadable:
    """What a worker cannot unpickle, and says why."""

    def __init__(self, said: str) -> None:
        self.said = said

    def __reduce__(self) -> tuple:
        return _refuse, (self.said,)


def _refuse(said: str) -> None:
    raise ValueError(f"cannot read {said!r}")


def own_process_id(_: None) -> Iterator[int]:
    yield os.getpid()


def own_card(times: int) -> Iterator[str]:
    """The card that it may see, again and again until it is stopped."""
    for _ in range(times):
        yield os.environ["CUDA_VISIBLE_DEVICES"]
        time.sleep(0.02)


def torch_threads(_: None) -> Iterator[int]:
    yield torch.get_num_threads()


def hangs(_: None) -> Iterator[int]:
    """Begins, and is never heard of again."""
    yield 1
    time.sleep(3600)


def fills_the_disk(_: None) -> Iterator[int]:
    """The system says of /dev/full what it says of a disk without room."""
    yield 1
    Path("/dev/full").write_text("adapter", encoding="utf-8")
    yield 2


def fills_the_disk_for_safetensors(_: None) -> Iterator[int]:
    """What safetensors made of a full disk, tried on one of 64 kB."""
    yield 1
    raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")
