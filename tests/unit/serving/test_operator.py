"""The operator's key: closed by default, and no guessing."""

from __future__ import annotations

import os

import pytest

from lib.serving import OperatorError, OperatorKey, processes

KEY = "korrekt-pferd-42"


@pytest.fixture
def key(monkeypatch) -> OperatorKey:
    monkeypatch.setenv("OPERATOR_KEY", KEY)
    return OperatorKey(clock=lambda: 0.0)


def test_the_key_opens(key):
    key.check(KEY)


@pytest.mark.parametrize("given", ["", "korrekt", KEY + " ", KEY.upper(), "ключ", "\x00", "a" * 10_000])
def test_no_other_does(key, given):
    with pytest.raises(OperatorError, match="not the key"):
        key.check(given)


@pytest.mark.parametrize("value", [None, "", "short"])
def test_without_a_long_enough_key_the_page_is_closed_even_to_that_key(monkeypatch, value):
    if value is None:
        monkeypatch.delenv("OPERATOR_KEY", raising=False)
    else:
        monkeypatch.setenv("OPERATOR_KEY", value)
    with pytest.raises(OperatorError, match="12 characters or more"):
        OperatorKey().check(value or "")


def test_after_five_wrong_guesses_even_the_right_key_waits_a_minute(monkeypatch):
    monkeypatch.setenv("OPERATOR_KEY", KEY)
    now = [100.0]
    key = OperatorKey(clock=lambda: now[0])
    for _ in range(5):
        with pytest.raises(OperatorError, match="not the key"):
            key.check("guess")
    with pytest.raises(OperatorError, match="wait a minute"):
        key.check(KEY)
    now[0] += 61
    key.check(KEY)


def test_processes_are_this_one_and_the_workers_that_live():
    found = processes((os.getppid(), 2**30))
    assert [(each.name, each.process_id) for each in found] == [("web", os.getpid()), ("worker", os.getppid())]
    assert all(each.resident_bytes > 1_000_000 and each.cpu_s >= 0 for each in found)
