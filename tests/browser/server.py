"""A running app for tests and benchmarks: started as users start it, stopped with its workers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from lib.places import ROOT
from tests.waiting import LIMIT_S, wait_until


@dataclass(frozen=True)
class App:
    url: str
    process: psutil.Process

    def workers(self) -> list[psutil.Process]:
        """The worker processes, by how they were started."""
        return [child for child in self.process.children(recursive=True) if _is_worker(child)]

    @contextmanager
    def held(self) -> Iterator[None]:
        """The workers stand still until the block ends: however slow the browser is, no run is over meanwhile."""
        workers = self.workers()
        for worker in workers:
            worker.suspend()
        try:
            yield
        finally:
            for worker in workers:
                with suppress(psutil.NoSuchProcess):  # it was killed meanwhile
                    worker.resume()


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "lib.engine.local_worker" in process.cmdline()
    except psutil.NoSuchProcess:  # it was short-lived
        return False


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running_app(
    entrypoint: str = "app.py",
    root: Path = ROOT,
    port: int | None = None,
    log: IO | None = None,
    said: IO | None = None,
    **environment: str,
) -> Iterator[App]:
    """`streamlit run` from the root, or from a copy of it, on a free port or this one, until the block ends.

    log   takes what it writes on standard error
    said  takes what it writes on standard output
    """
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", entrypoint, "--server.port", str(port)]
    variables = {**os.environ, "HF_HUB_OFFLINE": "1", **environment}
    process = subprocess.Popen(command, cwd=root, env=variables, stdout=said or subprocess.DEVNULL, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_healthy(url, process)
        yield App(url, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(LIMIT_S)


def _wait_until_healthy(url: str, process: subprocess.Popen) -> None:
    def answers() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"the app ended with {process.returncode} before it answered")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=10):
                return True
        except (urllib.error.URLError, OSError):
            return False

    wait_until(answers, f"an answer from the app at {url}")
