"""A real PostgreSQL that a test starts for itself, where one is installed as Debian does."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


class PostgreSQL:
    """A server in a folder of its own, on a free port of this machine only."""

    def __init__(self, folder: Path, user: dict[str, Any]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._folder, self._data = folder, str(folder / "data")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._run = {"cwd": folder, "check": True, **quiet, **user}
        self._call("initdb", "-A", "trust", "-U", "lab", "-N")
        self.url = f"postgresql+psycopg://lab@127.0.0.1:{self._port}/postgres"

    @property
    def process_id(self) -> int:
        """Of the process that started all others of it; while it runs."""
        return int(Path(self._data, "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._call("pg_ctl", "-o", options, "-l", f"{self._data}.log", "-w", "start")

    def stop(self) -> None:
        self._call("pg_ctl", "-m", "immediate", "-w", "stop")

    @contextmanager
    def held(self) -> Iterator[None]:
        """It hangs until the block ends: what it is asked comes to no answer, and is not refused either."""
        first = psutil.Process(self.process_id)
        every = [first, *first.children(recursive=True)]
        for each in every:
            with suppress(psutil.NoSuchProcess):
                each.suspend()
        try:
            yield
        finally:
            for each in every:
                with suppress(psutil.NoSuchProcess):
                    each.resume()

    def _call(self, program: str, *arguments: str) -> None:
        subprocess.run([BINARIES[-1].parent / program, "-D", self._data, *arguments], **self._run)


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """A running server until the block ends; the test is skipped, with the reason, where there can be none."""
    if not BINARIES:
        pytest.skip("PostgreSQL is not installed here: there is no /usr/lib/postgresql/*/bin/initdb")
    user: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="rooms-postgres-"))
    try:
        if os.geteuid() == 0:  # initdb refuses root
            try:
                other = pwd.getpwnam("postgres")
            except KeyError:
                pytest.skip("PostgreSQL refuses to run as root, and there is no user postgres to run it as")
            user = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": ()}
            os.chown(folder, other.pw_uid, other.pw_gid)
        server = PostgreSQL(folder, user)
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
