"""Pages are computed one after another, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from lib.serving import turns
from lib.serving.turns import in_turn

LIMIT_S = 60.0


def _beside(block: Callable[[], None]) -> threading.Thread:
    def compute() -> None:
        with in_turn():
            block()

    thread = threading.Thread(target=compute)
    thread.start()
    return thread


def test_a_page_waits_until_the_one_before_is_ready(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", LIMIT_S)
    order = []
    with in_turn():
        others = [_beside(lambda: order.append("other")) for _ in range(3)]
        order.append("first")
    for other in others:
        other.join(LIMIT_S)
    assert order == ["first", "other", "other", "other"]


def test_a_page_that_fails_gives_its_turn_on(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", LIMIT_S)
    with pytest.raises(KeyError), in_turn():
        raise KeyError
    done = threading.Event()
    _beside(done.set).join(LIMIT_S)
    assert done.is_set()


def test_nobody_waits_for_a_page_that_hangs_and_who_went_ahead_gives_no_turn_away(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT_S", 0.0)
    order = []
    with in_turn():
        _beside(lambda: order.append("went ahead")).join(LIMIT_S)
        monkeypatch.setattr(turns, "LONGEST_WAIT_S", LIMIT_S)
        third = _beside(lambda: order.append("third"))
        order.append("hung")
    third.join(LIMIT_S)
    assert order == ["went ahead", "hung", "third"]
