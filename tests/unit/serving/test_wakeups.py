"""The loop is woken once for many messages, and hears all of them."""

from __future__ import annotations

import asyncio
import threading

from lib.serving.wakeups import wake_once

MESSAGES = 200


def test_many_messages_from_another_thread_wake_the_loop_once(monkeypatch):
    heard, bytes_written = asyncio.run(_told_while_busy(monkeypatch))
    assert heard == list(range(MESSAGES))
    assert bytes_written == 1


async def _told_while_busy(monkeypatch) -> tuple[list[int], int]:
    """The loop is kept busy until everything is said, so that it is awake for none of it."""
    loop, heard, written = asyncio.get_running_loop(), [], []
    monkeypatch.setattr(loop, "_write_to_self", lambda: written.append(1), raising=True)
    wake_once(loop)
    speaker = threading.Thread(target=lambda: [loop.call_soon_threadsafe(heard.append, n) for n in range(MESSAGES)])
    speaker.start()
    speaker.join()
    while len(heard) < MESSAGES:
        await asyncio.sleep(0)
    return heard, len(written)


def test_a_loop_that_sleeps_hears_every_message_of_every_thread():
    assert asyncio.run(_told_while_asleep()) == 4 * MESSAGES


async def _told_while_asleep() -> int:
    """Each message has to wake it: without a wake-up for one of them, this would wait for ever."""
    loop, heard, all_heard = asyncio.get_running_loop(), [], asyncio.Event()
    wake_once(loop)

    def hear(answer: threading.Event) -> None:
        heard.append(1)
        answer.set()
        if len(heard) == 4 * MESSAGES:
            all_heard.set()

    def speak() -> None:
        for _ in range(MESSAGES):
            answered = threading.Event()
            loop.call_soon_threadsafe(hear, answered)
            answered.wait()

    speakers = [threading.Thread(target=speak) for _ in range(4)]
    for each in speakers:
        each.start()
    await all_heard.wait()
    for each in speakers:
        each.join()
    return len(heard)


def test_a_loop_with_another_way_of_waking_stays_as_it_is():
    other = type("Other", (), {})()
    wake_once(other)
    assert vars(other) == {}
