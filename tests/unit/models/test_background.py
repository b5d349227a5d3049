"""The real small model fetched while the app runs, from a stand-in hub: it comes, and it ends with the app."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from safetensors.numpy import save

from lib.models.catalogue import REAL, find
from lib.models.errors import ModelUnavailable
from lib.models.fetch import background
from lib.models.fetch.background import BackgroundFetch
from lib.places import ROOT
from tests.standin_hub import Hub, alone, standin_hub
from tests.waiting import LIMIT_S, wait_until

APP = """
import time
from lib.models.fetch.background import BackgroundFetch
fetching = BackgroundFetch()
time.sleep(600)
"""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The only place that has models, for an app that is to fetch the real one."""
    monkeypatch.setenv("FETCH_AT_START", "1")
    weights = save({"model.layers.0.mlp.up_proj.weight": np.zeros((256, 256), np.float32)})
    with standin_hub({"config.json": b"{}", "tokenizer.json": b"{}", "model.safetensors": weights}) as serving:
        for name, value in alone(serving, tmp_path).items():
            monkeypatch.setenv(name, value)
        yield serving


@pytest.fixture
def slow(hub: Hub) -> Hub:
    hub.delay_s, hub.pieces = 0.5, 40
    return hub


def fetching_for(app: psutil.Process) -> list[psutil.Process]:
    return [child for child in app.children() if "--background" in child.cmdline()]


def on_its_way(hub: Hub) -> bool:
    return "GET model.safetensors" in hub.requests


def is_here() -> bool:
    try:
        find(REAL)
    except ModelUnavailable:
        return False
    return True


def left(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() and path.suffix != ".lock"]


@pytest.mark.usefixtures("hub")
def test_the_real_model_comes_and_the_next_start_has_nothing_to_fetch():
    fetching = BackgroundFetch()
    wait_until(is_here, "the real model")
    fetching.close()
    again = BackgroundFetch()
    assert fetching_for(psutil.Process()) == []
    again.close()


def test_it_is_fetched_only_where_that_is_asked_for(hub, monkeypatch):
    monkeypatch.delenv("FETCH_AT_START")
    fetching = BackgroundFetch()
    assert fetching_for(psutil.Process()) == []
    fetching.close()
    assert hub.requests == []


def test_an_app_that_ends_ends_it_and_nothing_half_made_is_left(slow, tmp_path):
    fetching = BackgroundFetch()
    wait_until(lambda: on_its_way(slow), "weights on their way")
    fetching.close()
    assert fetching_for(psutil.Process()) == []
    assert left(tmp_path) == []


def test_an_app_that_is_killed_ends_it_and_nothing_half_made_is_left(slow, tmp_path):
    with subprocess.Popen([sys.executable, "-c", APP], cwd=ROOT) as app:
        wait_until(lambda: on_its_way(slow), "weights on their way")
        fetching = fetching_for(psutil.Process(app.pid))
        app.kill()
    assert len(fetching) == 1
    assert not psutil.wait_procs(fetching, timeout=LIMIT_S)[1]
    assert left(tmp_path) == []


def test_one_that_does_not_listen_does_not_keep_the_app_from_ending(slow, monkeypatch):
    monkeypatch.setattr(background, "TIDY_S", 0.2)
    fetching = BackgroundFetch()
    wait_until(lambda: on_its_way(slow), "weights on their way")
    (process,) = fetching_for(psutil.Process())
    process.suspend()
    fetching.close()
    assert not process.is_running()
