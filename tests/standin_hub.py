"""A stand-in for the Hugging Face hub: enough of its API for the real client, slow or broken at will."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lib.models.catalogue import catalogue

NAME = "SmolLM2-135M"
COMMIT = catalogue()[NAME].revision
ERROR_CODES = {401: "RepoNotFound", 403: "GatedRepo", 404: "RepoNotFound"}  # as huggingface.co sends them
LARGE = 100_000
"""Files from this many bytes on are sent slowly, or cut."""


@dataclass
class Hub:
    """What the stand-in serves, and how badly."""

    files: dict[str, bytes]
    url: str = ""
    listed: dict[str, bytes] | None = None
    delay_s: float = 0.0
    """Between two of the `pieces` of a large file."""
    pieces: int = 20
    cut_after: int | None = None
    status: int = 200
    answers: threading.Event = field(default_factory=threading.Event)
    """Clear it, and who asks for a file is connected and told nothing."""
    requests: list[str] = field(default_factory=list)


class Handler(http.server.BaseHTTPRequestHandler):
    """Three routes of the hub's API: model info, and HEAD and GET of a file."""

    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self._file(send=False)

    def do_GET(self):
        if self.path.startswith("/api/models/"):
            self._info()
        else:
            self._file(send=True)

    def _info(self) -> None:
        if self.hub.status != 200:
            self.send_response(self.hub.status)
            if self.hub.status in ERROR_CODES:
                self.send_header("X-Error-Code", ERROR_CODES[self.hub.status])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        listed = self.hub.files if self.hub.listed is None else self.hub.listed
        siblings = [_sibling(name, data) for name, data in listed.items()]
        repository, _, commit = self.path.removeprefix("/api/models/").split("?")[0].partition("/revision/")
        body = json.dumps({"id": repository, "modelId": repository, "sha": commit, "siblings": siblings}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, *, send: bool) -> None:
        self.hub.answers.wait()
        commit, name = self.path.split("/resolve/", 1)[-1].split("?")[0].split("/", 1)
        self.hub.requests.append(f"{self.command} {name}")
        data = self.hub.files.get(name)
        if data is None:
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("X-Repo-Commit", commit)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", commit)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if send:
            self._send_slowly(data[start:])

    def _send_slowly(self, data: bytes) -> None:
        large = len(data) > LARGE
        if large and self.hub.cut_after is not None:
            self.wfile.write(data[: self.hub.cut_after])
            self.close_connection = True
            self.connection.close()
            return
        pieces = self.hub.pieces if large and self.hub.delay_s else 1
        size = -(-len(data) // pieces)
        for place in range(0, len(data), size):
            self.wfile.write(data[place : place + size])
            self.wfile.flush()
            time.sleep(self.hub.delay_s if large else 0)

    def log_message(self, *_: object) -> None:
        pass


def _sibling(name: str, data: bytes) -> dict:
    """A file in the answer about a model; of a large one the hub tells its SHA-256 too."""
    lfs = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
    return {"rfilename": name, "size": len(data), **({"lfs": lfs} if len(data) > LARGE else {})}


@contextmanager
def standin_hub(files: dict[str, bytes]) -> Iterator[Hub]:
    """Serve `files` as any model at any commit until the block ends; `hub.url` is what HF_ENDPOINT must say."""
    hub = Hub(dict(files))
    hub.answers.set()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Serving", (Handler,), {"hub": hub}))
    server.handle_error = lambda *_: None  # a client that hangs up is part of the test
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        hub.answers.set()
        server.shutdown()
        server.server_close()


def alone(hub: Hub, home: Path) -> dict[str, str]:
    """An environment in which this hub is the only place that has models."""
    return {
        "HF_ENDPOINT": hub.url,
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_CACHE": str(home / "hub"),
        "MODELS_FOLDER": str(home / "models"),
        "PIP_NO_INDEX": "1",
    }
