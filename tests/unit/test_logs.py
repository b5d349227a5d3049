"""Logs: a line of JSON an event, and no text of anybody's."""

from __future__ import annotations

import io
import json
import logging

import pytest

from lib.logs import JsonLine, record, record_error


@pytest.fixture
def lines():
    """What is logged meanwhile, read back."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLine())
    log = logging.getLogger("finetuning-lab")
    level, propagate = log.level, log.propagate
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    log.removeHandler(handler)
    log.setLevel(level)
    log.propagate = propagate


def test_an_event_is_one_line_with_time_and_facts(lines):
    record("job ended", kind="live-lora:run", state="done", ran_s=4.1, wide=False)
    (line,) = lines()
    assert line.pop("at").endswith("+00:00")
    assert line == {"event": "job ended", "kind": "live-lora:run", "state": "done", "ran_s": 4.1, "wide": False}


@pytest.mark.parametrize("text", ["My name is Mei", 'x", "event": "forged', "two\nlines", "", "naïve", "a" * 81])
def test_a_text_is_left_out(lines, text):
    record("job ended", kind=text)
    (line,) = lines()
    assert line["kind"] == "(text)"


def test_an_error_is_logged_without_its_message(lines):
    try:
        json.loads("{my secret diary")
    except ValueError as error:
        record_error(error)
    (line,) = lines()
    assert line["event"] == "script error"
    assert line["error"] == "JSONDecodeError"
    assert line["where"].startswith("tests/unit/test_logs.py:")
    assert "diary" not in json.dumps(line)
