"""The real small model fetched while the app runs, without anyone waiting for it.

`FETCH_AT_START` in the environment asks for it (`make run` sets it). The work is done in a process of the lowest
priority, so that it takes no core from a class, and it ends with the app, also with one that is killed. No torch here.
"""

from __future__ import annotations

import os
import subprocess
import sys

from lib.models.catalogue import REAL, find
from lib.models.errors import ModelUnavailable
from lib.models.fetch.job import sweep
from lib.places import ROOT

TIDY_S = 20.0
"""In which it removes what is half made; one that takes longer is killed."""


class BackgroundFetch:
    """Starts when made, if it is asked for and needed; `close` ends it. What was left half made by an app that was
    killed is removed in any case."""

    def __init__(self) -> None:
        sweep()
        self._process = self._start() if os.environ.get("FETCH_AT_START") else None

    def close(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(TIDY_S)
        except subprocess.TimeoutExpired:
            self._process.kill()  # what it leaves is removed when the app next starts
            self._process.wait()
        self._process.stdin.close()

    def _start(self) -> subprocess.Popen | None:
        try:
            find(REAL)
        except ModelUnavailable:
            command = [sys.executable, "-m", "lib.models.fetch", REAL, "--background"]
            return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)
        return None
