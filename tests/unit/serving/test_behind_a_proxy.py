"""Where a browser's connection comes from, as the limits of rooms count it: behind the hall's proxy, and without."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from bench.lesson.serving import COMPOSED, nginx_command
from bench.visitor import Visitor
from lib.places import ROOT
from tests.browser.server import free_port, running_app
from tests.waiting import LIMIT_S, wait_until

STUDENT, FORGED = "203.0.113.7", "198.51.100.9"
"""Addresses kept for documentation (RFC 5737)."""
PAGE = """
import streamlit as st
from lib.ui.kit.session import address
st.markdown(f"from {address()}")
"""


@contextmanager
def page(folder: Path, **environment: str) -> Iterator[str]:
    """The address of a page that says where its visitor comes from."""
    (folder / "page.py").write_text(PAGE, encoding="utf-8")
    with running_app("page.py", root=folder, PYTHONPATH=str(ROOT), **environment) as app:
        yield app.url


def said_by(url: str, **headers: str) -> list[str]:
    async def visit() -> list[str]:
        async with Visitor(url, "", headers={name.replace("_", "-"): value for name, value in headers.items()}) as seen:
            return seen.words

    return asyncio.run(visit())


def allowed_in_a_hall() -> str:
    web = yaml.safe_load(COMPOSED.read_text(encoding="utf-8"))["services"]["web-1"]
    return web["environment"]["FORWARDED_ALLOW_IPS"]


def test_behind_the_hall_s_proxy_it_is_the_student_s_own(tmp_path):
    with page(tmp_path, FORWARDED_ALLOW_IPS=allowed_in_a_hall()) as url:
        assert said_by(url, X_Forwarded_For=STUDENT) == [f"from {STUDENT}"]


def test_who_may_not_say_so_is_not_believed(tmp_path):
    with page(tmp_path, FORWARDED_ALLOW_IPS="192.0.2.1") as url:
        assert STUDENT not in said_by(url, X_Forwarded_For=STUDENT)[0]


@contextmanager
def proxied(folder: Path, url: str) -> Iterator[str]:
    """The address of nginx with the hall's configuration, in a server that would log every request."""
    if shutil.which("nginx", path="/usr/sbin:" + os.environ["PATH"]) is None:
        pytest.skip("nginx is not installed (Debian: nginx-light)")
    port = free_port()
    command = nginx_command(folder, port, [url])
    written = folder / "nginx.conf"
    text = written.read_text(encoding="utf-8").replace("access_log off;", f"access_log {folder}/access.log;", 1)
    written.write_text(text, encoding="utf-8")
    with (folder / "said.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until(lambda: answer(f"http://127.0.0.1:{port}/") is not None, "an answer from nginx")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(LIMIT_S)


def answer(url: str) -> int | None:
    """The status of the answer; None without one."""
    try:
        with urllib.request.urlopen(url, timeout=LIMIT_S) as answered:
            return answered.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def test_nobody_takes_another_s_address_through_the_hall_s_proxy(tmp_path):
    with page(tmp_path, FORWARDED_ALLOW_IPS=allowed_in_a_hall()) as url, proxied(tmp_path, url) as through:
        # The proxy sees this machine's own address, which Streamlit gives as none at all.
        assert said_by(through, X_Forwarded_For=FORGED) == ["from None"]
        assert said_by(url, X_Forwarded_For=FORGED) == [f"from {FORGED}"], "as it would be without the proxy's own word"


def test_the_hall_s_proxy_logs_no_address_of_a_page(tmp_path):
    with page(tmp_path) as url, proxied(tmp_path, url) as through:
        assert answer(f"{through}/?said=diary") == 200
        nobody = f"http://127.0.0.1:{free_port()}"
    with proxied(tmp_path, nobody) as through:
        assert answer(f"{through}/?said=diary") == 502
    logs = [tmp_path / name for name in ("access.log", "nginx.log", "said.log")]
    assert all(log.exists() for log in logs)
    assert not [log.name for log in logs if "diary" in log.read_text(encoding="utf-8")]
