"""Tests never reach the network, and never find a model that only this machine happens to have."""

import os
from pathlib import Path

import pytest

from lib.charts import theme
from tests.tiny_model import write_tiny_model

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.setdefault("OMP_NUM_THREADS", "2")
theme.VALIDATE = True


def pytest_collection_modifyitems(items: list) -> None:
    """Browser journeys last: while Playwright's browser is open, its event loop runs in this thread, where the
    engine of the page tests would find it and wait for ever."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("tiny-model"))


@pytest.fixture
def bundled_is_tiny(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny model in place of the bundled one."""
    monkeypatch.setenv("BASE_MODEL", str(tiny_model))
    return tiny_model
