"""Downloading a model, with the real client against a stand-in hub on this machine.

The client reads HF_ENDPOINT when it is imported, so every download runs in a process of its own.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from lib.models.catalogue import REAL, catalogue
from lib.models.errors import NoRoom
from lib.models.fetch import hub as fetching
from lib.places import ROOT
from tests.standin_hub import COMMIT, NAME, Hub, standin_hub
from tests.waiting import LIMIT_S

DOWNLOAD = """
import sys
from lib.models.fetch import hub
if sys.argv[2:] == ["quick"]:
    hub.QUIET_S = hub.END_S = 0.4
from lib.models.catalogue import find
from lib.models.errors import ModelUnavailable
from lib.models.fetch.events import FetchProgress
from lib.models.fetch.hub import download
seen = []
try:
    for event in download(sys.argv[1]):
        seen.append(event)
        if sys.argv[2:] == ["stop"] and isinstance(event, FetchProgress) and event.done_bytes > 0:
            raise KeyboardInterrupt
except ModelUnavailable as error:
    print("SAID", error)
except KeyboardInterrupt:
    print("STOPPED")
done = [event.done_bytes for event in seen if isinstance(event, FetchProgress)]
print("PROGRESS", len(done), done == sorted(done), done[-1] if done else 0)
try:
    print("FOUND", find(sys.argv[1]))
except ModelUnavailable as error:
    print("NOT FOUND", error)
"""


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
def hub(model_files) -> Iterator[Hub]:
    with standin_hub(model_files) as serving:
        yield serving


def run_download(hub: Hub, home: Path, *arguments: str, **environment: str) -> str:
    variables = {
        **os.environ,
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DOWNLOAD_TIMEOUT": "60",
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
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def leftovers(home: Path) -> list[Path]:
    """Files in the cache beside locks, and the client's own bookkeeping of versions."""
    found = [path for path in (home / "hub").rglob("*") if path.is_file() or path.is_symlink()]
    return [path for path in found if path.suffix != ".lock"]


def test_a_model_arrives_and_is_found(hub, tmp_path, model_files):
    said = run_download(hub, tmp_path)
    folder = Path(said.split("FOUND ", 1)[1].strip())
    assert folder.name == COMMIT
    assert (folder / "model.safetensors").read_bytes() == model_files["model.safetensors"]
    assert not any("bin" in request or "onnx" in request for request in hub.requests)
    assert not list((tmp_path / "hub").glob(".staging-*"))


@pytest.mark.parametrize("before", [None, "0" * 40])
def test_which_revision_other_programs_take_when_offline_stays_the_user_s_choice(hub, tmp_path, before):
    main = tmp_path / "hub" / catalogue()[NAME].hub_folder / "refs" / "main"
    if before:
        main.parent.mkdir(parents=True)
        main.write_text(before)
    assert "FOUND" in run_download(hub, tmp_path)
    assert (main.read_text() if main.exists() else None) == before


def test_a_slow_hub_shows_progress(hub, tmp_path, model_files):
    hub.delay_s = 0.1
    said = run_download(hub, tmp_path)
    steps, rising, last = said.split("PROGRESS ", 1)[1].splitlines()[0].split()
    assert int(steps) >= 3, "something between nothing and all"
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


def test_weights_of_the_right_size_but_other_bytes_are_said_and_nothing_is_left(hub, tmp_path, model_files):
    weights = model_files["model.safetensors"]
    hub.listed = model_files
    hub.files = {**model_files, "model.safetensors": weights[:-1] + bytes([weights[-1] ^ 1])}
    said = run_download(hub, tmp_path)
    assert "SAID model.safetensors arrived damaged" in said
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


def test_a_hub_that_hangs_is_said_and_nothing_is_left(hub, tmp_path):
    hub.answers.clear()
    said = run_download(hub, tmp_path, "quick")
    assert f"SAID {hub.url} has sent nothing of {NAME} for 0 s; check the network" in said
    assert leftovers(tmp_path) == []


def test_offline_mode_is_said(hub, tmp_path):
    assert "HF_HUB_OFFLINE is set" in run_download(hub, tmp_path, HF_HUB_OFFLINE="1")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_is_said(monkeypatch, number):
    def full(_card):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fetching, "_list_files", full)
    with pytest.raises(NoRoom, match=f"The disk is full, so {REAL} could not be kept"):
        next(fetching.download(REAL))


def test_an_unknown_name_is_said():
    from lib.models.errors import ModelUnavailable
    from lib.models.fetch.hub import download

    for name in ("No such model", "Bundled base model"):
        with pytest.raises(ModelUnavailable, match="to download"):
            next(download(name))
