"""How often other threads wake the thread that serves everybody."""

from __future__ import annotations

import asyncio
import threading


def wake_once(loop: asyncio.AbstractEventLoop) -> None:
    """From now on wake this thread's loop for the first of the messages that wait for it, and not for each one behind.

    A page is a hundred messages from the thread that computes it. asyncio writes a byte to itself for each, and each
    time both threads are after Python's lock: a quarter of the time that a moved slider took. What is behind the first
    one is found when the loop is awake. A loop that has another way of waking, uvloop's for one, stays as it is.
    """
    wake = getattr(loop, "_write_to_self", None)
    if wake is None:
        return
    awaited, own_thread = False, threading.get_ident()

    def is_awake() -> None:
        nonlocal awaited
        awaited = False

    def wake_if_asleep() -> None:
        nonlocal awaited
        if not awaited and threading.get_ident() != own_thread:
            awaited = True
            loop.call_soon(is_awake)
            wake()

    loop._write_to_self = wake_if_asleep
