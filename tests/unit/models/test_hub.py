"""Downloading a model, with the real client against a stand-in hub on this machine.

The client reads HF_ENDPOINT when it is imported, so every download runs in a process of its own.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

ROOT = Path(__file__).resolve().parents[3]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "HuggingFaceTB/SmolLM2-135M"
NAME = "SmolLM2-135M"
ERROR_CODES = {401: "RepoNotFound", 403: "GatedRepo", 404: "RepoNotFound"}  # as huggingface.co sends them

DOWNLOAD = """
import sys
from lib.models.catalogue import ModelUnavailable, find
from lib.models.hub import Downloaded, DownloadProgress, download
seen = []
try:
    for event in download(sys.argv[1]):
        seen.append(event)
        if len(sys.argv) > 2 and isinstance(event, DownloadProgress) and event.done_bytes > 0:
            raise KeyboardInterrupt
except ModelUnavailable as error:
    print("SAID", error)
except KeyboardInterrupt:
    print("STOPPED")
done = [event.done_bytes for event in seen if isinstance(event, DownloadProgress)]
print("PROGRESS", len(done), done == sorted(done), done[-1] if done else 0)
try:
    print("FOUND", find(sys.argv[1]))
except ModelUnavailable as error:
    print("NOT FOUND", error)
"""


@dataclass
class Hub:
    """What the stand-in serves, and how badly."""

    files: dict[str, bytes]
    listed: dict[str, bytes] | None = None
    delay_s: float = 0.0
    cut_after: int | None = None
    status: int = 200
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
        siblings = [{"rfilename": name, "size": len(data)} for name, data in listed.items()]
        body = json.dumps({"id": REPOSITORY, "modelId": REPOSITORY, "sha": COMMIT, "siblings": siblings}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, *, send: bool) -> None:
        name = self.path.split("/resolve/", 1)[-1].split("/", 1)[-1].split("?")[0]
        self.hub.requests.append(f"{self.command} {name}")
        data = self.hub.files.get(name)
        if data is None:
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if send:
            self._send_slowly(data[start:])

    def _send_slowly(self, data: bytes) -> None:
        large = len(data) > 100_000
        if large and self.hub.cut_after is not None:
            self.wfile.write(data[: self.hub.cut_after])
            self.close_connection = True
            self.connection.close()
            return
        pieces = 20 if large and self.hub.delay_s else 1
        size = -(-len(data) // pieces)
        for place in range(0, len(data), size):
            self.wfile.write(data[place : place + size])
            self.wfile.flush()
            time.sleep(self.hub.delay_s if large else 0)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def model_files(tmp_path_factory) -> dict[str, bytes]:
    file = tmp_path_factory.mktemp("weights") / "model.safetensors"
    save_file({"model.layers.0.mlp.up_proj.weight": np.zeros((256, 256), np.float32)}, file)
    config = {"architectures": ["LlamaForCausalLM"], "vocab_size": 10, "max_position_embeddings": 8}
    return {
        "config.json": json.dumps(config).encode(),
        "tokenizer.json": b"{}",
        "model.safetensors": file.read_bytes(),
        "pytorch_model.bin": b"not wanted",
        "onnx/model.safetensors": b"not wanted either",
    }


@pytest.fixture
def hub(model_files):
    Handler.hub = Hub(dict(model_files))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # a client that hangs up is part of the test
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Handler.hub.url = f"http://127.0.0.1:{server.server_port}"
    yield Handler.hub
    server.shutdown()
    server.server_close()


def run_download(hub: Hub, home: Path, *arguments: str, **environment: str) -> str:
    variables = {
        **os.environ,
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DOWNLOAD_TIMEOUT": "5",
        "HF_HUB_DISABLE_XET": "1",
        **environment,
    }
    variables.pop("HF_HUB_CACHE", None)
    variables.pop("MODELS_FOLDER", None)
    done = subprocess.run(
        [sys.executable, "-c", DOWNLOAD, NAME, *arguments],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def leftovers(home: Path) -> list[Path]:
    """Files in the cache, beside the client's own bookkeeping of versions."""
    return [path for path in (home / "hub").rglob("*") if path.is_file() or path.is_symlink()]


def test_a_model_arrives_and_is_found(hub, tmp_path, model_files):
    said = run_download(hub, tmp_path)
    folder = Path(said.split("FOUND ", 1)[1].strip())
    assert folder.name == COMMIT
    assert (folder / "model.safetensors").read_bytes() == model_files["model.safetensors"]
    assert not any("bin" in request or "onnx" in request for request in hub.requests)
    assert not list((tmp_path / "hub").glob(".staging-*"))


def test_a_slow_hub_shows_progress(hub, tmp_path, model_files):
    hub.delay_s = 0.1
    said = run_download(hub, tmp_path)
    steps, rising, last = said.split("PROGRESS ", 1)[1].splitlines()[0].split()
    assert int(steps) > 5
    assert rising == "True"
    assert int(last) == sum(len(model_files[name]) for name in ("config.json", "tokenizer.json", "model.safetensors"))
    assert "FOUND" in said


def test_a_second_download_replaces_the_first(hub, tmp_path):
    run_download(hub, tmp_path)
    assert "FOUND" in run_download(hub, tmp_path)


def test_a_connection_that_breaks_is_said_and_nothing_is_left(hub, tmp_path):
    hub.cut_after = 1000
    said = run_download(hub, tmp_path)
    assert f"SAID {NAME} did not arrive whole from {hub.url}" in said
    assert "NOT FOUND" in said
    assert leftovers(tmp_path) == []


def test_a_file_that_is_missing_is_said_and_nothing_is_left(hub, tmp_path, model_files):
    hub.listed = model_files
    hub.files = {name: data for name, data in model_files.items() if name != "tokenizer.json"}
    said = run_download(hub, tmp_path)
    assert "SAID A file of" in said
    assert leftovers(tmp_path) == []


def test_weights_that_are_cut_short_are_said_and_nothing_is_left(hub, tmp_path, model_files):
    hub.listed = model_files
    hub.files = {**model_files, "model.safetensors": model_files["model.safetensors"][:-100]}
    said = run_download(hub, tmp_path)
    assert "SAID" in said
    assert "NOT FOUND" in said
    assert leftovers(tmp_path) == []


def test_a_stopped_download_leaves_nothing(hub, tmp_path):
    hub.delay_s = 0.1
    said = run_download(hub, tmp_path, "stop")
    assert "STOPPED" in said
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(403, "is gated; accept its licence"), (401, "or it is private"), (404, "There is no model"), (500, "HTTP 500")],
)
def test_what_the_hub_refuses_is_said(hub, tmp_path, status, sentence):
    hub.status = status
    assert sentence in run_download(hub, tmp_path)


def test_a_model_without_weights_is_said(hub, tmp_path, model_files):
    hub.files = {name: data for name, data in model_files.items() if name != "model.safetensors"}
    assert "has no .safetensors weights at the hub" in run_download(hub, tmp_path)


def test_no_network_is_said(hub, tmp_path):
    closed = "http://127.0.0.1:9"
    assert f"did not arrive whole from {closed}" in run_download(hub, tmp_path, HF_ENDPOINT=closed)


def test_offline_mode_is_said(hub, tmp_path):
    assert "HF_HUB_OFFLINE is set" in run_download(hub, tmp_path, HF_HUB_OFFLINE="1")


def test_an_unknown_name_is_said():
    from lib.models.catalogue import ModelUnavailable
    from lib.models.hub import download

    for name in ("No such model", "Bundled base model"):
        with pytest.raises(ModelUnavailable, match="to download"):
            next(download(name))
