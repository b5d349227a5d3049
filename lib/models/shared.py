"""Loaded copies that several readers use at once, each loaded once. Imports torch: for workers.

    with COPIES.borrow(("bundled", "nf4"), load_it) as model:
        model(...)  # to read, never to change: others read it too

Never train a borrowed 4-bit copy either: bitsandbytes may have packed its weights for inference, and gradients are
then zero in silence.

A copy is freed when its last reader has left. On a GPU that is a minute later, so that a class whose runs follow one
another loads each precision once; whoever needs the room before then takes it with `free_unused`. On a CPU it is at
once: loading takes a tenth of a second there, and memory is what is short.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from lib.models.heap import give_back

KEPT_S = 60.0 if torch.cuda.is_available() else 0.0


@dataclass
class _Copy:
    value: Any
    readers: int = 0
    loans: int = 0


class SharedCopies:
    """Any number of readers of each key; one load at a time, so that two never take the same free memory."""

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._kept_s = kept_s
        self._copies: dict[Hashable, _Copy] = {}
        self._lock = threading.RLock()  # a load may call `free_unused`

    @contextmanager
    def borrow(self, key: Hashable, load: Callable[[], Any]) -> Iterator[Any]:
        """The copy called `key`, from `load` if nobody has it yet; what `load` raises is raised, and nothing kept."""
        with self._lock:
            copy = self._copies.get(key) or _Copy(load())
            self._copies[key] = copy
            copy.readers += 1
            copy.loans += 1
        try:
            yield copy.value
        finally:
            self._return(key, copy)

    def free_unused(self) -> None:
        """Free every copy that nobody reads now."""
        with self._lock:
            unused = [key for key, copy in self._copies.items() if not copy.readers]
            for key in unused:
                del self._copies[key]
        if unused:
            collect()

    @property
    def held(self) -> tuple[Hashable, ...]:
        """Keys of all copies that are loaded now."""
        return tuple(self._copies)

    def _return(self, key: Hashable, copy: _Copy) -> None:
        with self._lock:
            copy.readers -= 1
            if copy.readers:
                return
            if self._kept_s == 0:
                del self._copies[key]
                return
            timer = threading.Timer(self._kept_s, self._expire, (key, copy.loans))
            timer.daemon = True
            timer.start()

    def _expire(self, key: Hashable, loans: int) -> None:
        """Free the copy, if nobody has borrowed it since it was returned."""
        with self._lock:
            copy = self._copies.get(key)
            if copy is None or copy.loans != loans:
                return
            del self._copies[key]
        del copy
        collect()


def collect() -> None:
    """Give memory that nothing refers to any more back to the device: a model is a web of cycles."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    give_back()


COPIES = SharedCopies()
