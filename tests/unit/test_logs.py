"""Logs: a line of JSON an event, and no text of anybody's."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import shutil
import subprocess
import sys

import pytest
import yaml

from bench.lesson.playing import events_of
from bench.visitor import Visitor
from lib import curriculum
from lib.logs import LEFT_OUT, NOT_SAID, JsonLine, quiet_bitsandbytes, record, record_error, without_texts
from lib.places import ROOT
from tests.browser.server import running_app
from tests.waiting import LIMIT_S, wait_until

SECRET = "my secret diary"
BROKEN_PAGE = """
import streamlit as st
from lib.ui.kit import jobs
from lib.ui.kit.session import owner
said = st.query_params["said"]
jobs.engine().submit("lib.broken:broken", said, owner=owner(), kind="broken", expected_s=1, time_limit_s=60)
raise ValueError(f"cannot read {said!r}")
"""
BROKEN_JOB = """
def broken(said):
    yield said
    raise KeyError(said)
"""


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


def test_where_an_error_was_is_said_of_our_own_code(lines):
    """What raises it lies in the repository's own environment, where `make` has installed it."""
    try:
        yaml.safe_load("{my secret diary")
    except yaml.YAMLError as error:
        record_error(error)
    assert lines()[0]["where"].startswith("tests/unit/test_logs.py:")


def library_s(message: object, *put_in: object, error: BaseException | None = None) -> str:
    """What a library's logger writes when it logs this, stack trace and all."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    made = without_texts(logging.LogRecord)("streamlit.a", logging.ERROR, "a.py", 1, message, put_in, exc_info)
    return logging.Formatter("%(name)s %(message)s").format(made)


def raised() -> ValueError:
    try:
        json.loads("{" + SECRET)
    except ValueError as error:
        error.add_note(SECRET)
        return error


@pytest.mark.parametrize(
    "logged",
    [
        lambda error: library_s("Uncaught app execution", error=error),
        lambda error: library_s(f"future: {error!r}", error=error),
        lambda error: library_s("Failed: %s", error),
        lambda error: library_s("Failed: %(why)s", {"why": error}),
        lambda error: library_s(error),
        lambda error: library_s(f"of {SECRET}: %s", KeyError(SECRET), error=error),
    ],
)
def test_of_an_exception_a_library_says_which_it_is_and_where(logged):
    error = raised()
    error.__cause__ = KeyError(SECRET)
    line = logged(error)
    assert line.startswith("streamlit.a JSONDecodeError in tests/unit/test_logs.py:")
    assert NOT_SAID in line
    assert "\n" not in line
    assert SECRET not in line


def test_of_what_a_library_puts_into_a_message_numbers_and_names_stay():
    assert (
        library_s("Port %s of %d is %r, not %s", 8501, 2, "web/1", None)
        == "streamlit.a Port 8501 of 2 is 'web/1', not None"
    )
    assert library_s("Task: %s\n%r", SECRET, [SECRET]) == f"streamlit.a Task: {LEFT_OUT}\n{LEFT_OUT!r}"
    assert library_s("Task: %(what)s at %(at)d", {"what": SECRET, "at": 3}) == f"streamlit.a Task: {LEFT_OUT} at 3"
    assert library_s("Task: %s", {"what": SECRET}) == f"streamlit.a Task: {{'what': '{LEFT_OUT}'}}"
    assert library_s("100% ready") == "streamlit.a 100% ready"


def test_our_own_events_stay_as_they_are():
    made = without_texts(logging.LogRecord)("finetuning-lab", logging.INFO, "a.py", 1, "job ended", (), None)
    assert made.getMessage() == "job ended"


THREAD_THAT_BREAKS = f"""
import threading
from lib.logs import log_to_standard_error
log_to_standard_error()
def work():
    raise ValueError("{SECRET}")
def leave():
    raise SystemExit
for each in (work, leave):
    threading.Thread(target=each).start()
"""


def test_what_ends_a_thread_is_an_event():
    command = [sys.executable, "-c", THREAD_THAT_BREAKS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=True)
    (line,) = [json.loads(line) for line in done.stderr.splitlines()]
    assert (line["event"], line["error"], line["where"]) == ("thread error", "ValueError", "elsewhere")


def test_a_page_and_a_job_that_break_write_no_word_of_a_student(tmp_path):
    """The whole app, with one page and one job that nobody foresaw: all that it writes, by whichever library."""
    root = tmp_path / "app"
    for name in ("lib", "pages", ".streamlit"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "app.py", root)
    (root / "assets").symlink_to(ROOT / "assets", target_is_directory=True)
    (root / "pages" / "glossary.py").write_text(BROKEN_PAGE, encoding="utf-8")
    (root / "lib" / "broken.py").write_text(BROKEN_JOB, encoding="utf-8")
    log = tmp_path / "log"

    async def visit(url: str) -> int:
        async with Visitor(url, curriculum.chapter("glossary").url_path, f"said={SECRET.replace(' ', '+')}") as page:
            return page.errors

    def told(event: str) -> dict | None:
        return next((each for each in events_of(log) if each["event"] == event), None)

    with log.open("w") as writing, running_app(root=root, log=writing, said=writing, WORKERS="1") as app:
        assert asyncio.run(visit(app.url)) == 1
        wait_until(lambda: told("job ended"), "the end of the job")
    assert (told("script error")["error"], told("script error")["where"]) == ("ValueError", "pages/glossary.py:7")
    assert (told("job error")["error"], told("job error")["where"]) == ("KeyError", "lib/broken.py:4")
    assert told("job ended")["state"] == "failed"
    written = log.read_text(encoding="utf-8")
    assert f"ValueError in pages/glossary.py:7; {NOT_SAID}" in written, "Streamlit's own line"
    assert "diary" not in written


@pytest.mark.torch
def test_bitsandbytes_is_told_to_be_quiet_where_it_warns_of_casts():
    from bitsandbytes.autograd import _functions as functions

    log = logging.getLogger("bitsandbytes")
    level = log.level
    try:
        log.setLevel(logging.NOTSET)
        assert functions.logger.isEnabledFor(logging.WARNING)
        quiet_bitsandbytes()
        assert not functions.logger.isEnabledFor(logging.WARNING)
        assert functions.logger.isEnabledFor(logging.ERROR)
    finally:
        log.setLevel(level)
