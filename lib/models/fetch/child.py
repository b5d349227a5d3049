"""A command that works beside its caller, and ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

from lib.places import ROOT


def end_with_caller() -> None:
    """For the command itself: terminate when whoever started it is gone, killed perhaps, even before this is called.

    Its standard input must be a pipe that its caller holds and never writes to: the system closes that in any case.
    """

    def watch() -> None:
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


class Child:
    """`with Child(command, variables, errors) as child: while child.running(0.2): …`; killed if the block ends first.

    What the command says on stderr goes to the file `errors`, and is in `said` once it is over.
    """

    def __init__(self, command: list[str], variables: dict[str, str], errors: Path) -> None:
        self._errors = errors
        with errors.open("wb") as stream:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=variables, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=stream
            )

    def running(self, poll_s: float) -> bool:
        """Whether it still runs, after waiting `poll_s` for its end."""
        try:
            self._process.wait(poll_s)
        except subprocess.TimeoutExpired:
            return True
        return False

    @property
    def exit_code(self) -> int:
        """Minus the signal's number if it was killed."""
        return self._process.returncode

    @property
    def said(self) -> str:
        return self._errors.read_text(encoding="utf-8", errors="replace").strip()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._process.stdin.close()
