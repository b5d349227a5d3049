"""The app as one machine has it, and as a hall has it: the same parts as in deploy/docker, as plain processes here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml

from bench.lesson.meters import Parts
from lib.places import ROOT
from tests.browser.server import free_port, running_app
from tests.unit.classroom.postgresql import postgresql
from tests.waiting import wait_until

COMPOSED = ROOT / "deploy" / "docker" / "compose.hall.yaml"
NGINX = COMPOSED.with_name("nginx.conf")
AROUND = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1; {user}
events {{ worker_connections 8192; }}
http {{
access_log off;
client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
{site}
}}
"""
PRIORITY = 5
"""Workers run a little below normal priority, as the app's own do: here they share the processor with the web."""


@dataclass(frozen=True)
class Served:
    """An app that runs, and where to look at it."""

    how: str
    url: str
    database_url: str
    parts: Parts
    log: Path
    """What its web processes wrote on standard error."""


@contextmanager
def one_machine() -> Iterator[Served]:
    """One web process, rooms in SQLite, a worker a core: what `make run` starts."""
    with tempfile.TemporaryDirectory(prefix="lesson-") as name, (log := Path(name) / "log").open("w") as writing:
        rooms = f"sqlite:///{name}/rooms.sqlite"
        with running_app(log=writing, DATABASE_URL=rooms) as app:
            wait_until(
                lambda: bool(app.workers()) and _idle(app.workers()), "workers that have imported what they need"
            )
            how = f"one web process, SQLite, {len(app.workers())} workers"
            yield Served(how, app.url, rooms, {"web": [app.process], "workers": app.workers()}, log)


@contextmanager
def hall(web: int, workers: int) -> Iterator[Served]:
    """Several web processes behind nginx, PostgreSQL, a Dask cluster: as deploy/docker composes them, but for the
    addresses, and all on this machine."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lesson-")))
        writing = stack.enter_context((folder / "log").open("w"))
        server = stack.enter_context(postgresql())
        scheduler_at, port = f"127.0.0.1:{free_port()}", free_port()
        services = yaml.safe_load(COMPOSED.read_text(encoding="utf-8"))["services"]
        scheduler = stack.enter_context(_started(services["scheduler"], ["--host", f"tcp://{scheduler_at}"]))
        crew = [
            stack.enter_context(
                _started(services["worker"], ["--local-directory", str(folder / f"worker-{n}")], scheduler_at, PRIORITY)
            )
            for n in range(workers)
        ]
        shared = {"DATABASE_URL": server.url, "SCHEDULER_ADDRESS": f"tcp://{scheduler_at}"}
        apps = [stack.enter_context(running_app(log=writing, **shared)) for _ in range(web)]
        proxy = stack.enter_context(_started({"command": nginx_command(folder, port, [app.url for app in apps])}))
        wait_until(lambda: _listens(proxy), "the proxy")
        wait_until(lambda: _idle(crew), "workers that have imported what they need")
        parts = {
            "web": [app.process for app in apps],
            "workers": crew,
            "scheduler": [scheduler],
            "database": [psutil.Process(server.process_id)],
            "proxy": [proxy],
        }
        how = f"{web} web processes behind nginx, PostgreSQL, a Dask scheduler and {workers} workers"
        yield Served(how, f"http://127.0.0.1:{port}", server.url, parts, folder / "log")


@contextmanager
def _started(
    service: dict, more: Sequence[str] = (), scheduler: str = "", priority: int = 0
) -> Iterator[psutil.Process]:
    """A service with its own command and environment, as a process."""
    command = [word.replace("scheduler:8786", scheduler) for word in (*service["command"], *more)]
    if command[0] == "dask":
        command[:1] = [sys.executable, "-m", "dask"]
    variables = {**os.environ, **service.get("environment", {}), "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(
        ["nice", "-n", str(priority), *command],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def nginx_command(folder: Path, port: int, urls: list[str]) -> list[str]:
    """The command for nginx with the hall's own configuration, but for the addresses."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    servers = "".join(f"    server {each.removeprefix('http://')};\n" for each in urls)
    site = re.sub(r"(    server web-\d+:8501;\n)+", servers, NGINX.read_text(encoding="utf-8"))
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};")
    user = "user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
    written = folder / "nginx.conf"
    written.write_text(AROUND.format(folder=folder, user=user, site=site), encoding="utf-8")
    return [program, "-c", str(written)]


def _idle(processes: list[psutil.Process]) -> bool:
    return all(process.cpu_percent(interval=1.0) < 10 for process in processes)


def _listens(process: psutil.Process) -> bool:
    return any(each.status == psutil.CONN_LISTEN for each in process.net_connections("tcp"))
