"""Tests never reach the network, and never find a model that only this machine happens to have."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from lib.models import catalogue
from lib.serving.garbage import spare_what_stays
from tests.tiny_model import write_tiny_model

FOUND = "REAL_MODEL_FOUND"
"""Where the first process found it: one started by pytest-xdist inherits an environment in which there is none."""
try:
    REAL_MODEL, NO_REAL_MODEL = Path(os.environ.get(FOUND) or catalogue.find(catalogue.REAL)), ""
    os.environ[FOUND] = str(REAL_MODEL)
except catalogue.ModelUnavailable as why:
    REAL_MODEL, NO_REAL_MODEL = None, f"{why}; `make model` fetches it"
os.environ["MODELS_FOLDER"] = os.environ["HF_HUB_CACHE"] = tempfile.mkdtemp(prefix="no-models-")
# Rooms of a class are kept in a file of the tests' own, where there is none at first.
os.environ["DATABASE_URL"] = f"sqlite:///{tempfile.mkdtemp(prefix='rooms-')}/rooms.sqlite"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # threads that wait for each other crawl on a busy machine
with suppress(ModuleNotFoundError):  # a machine that only measures has no plotly
    from lib.charts import theme

    theme.VALIDATE = True


def pytest_collection_modifyitems(items: list) -> None:
    """Browser journeys last: while Playwright's browser is open, its event loop runs in this thread, where the
    engine of the page tests would find it and wait for ever."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_collection_finish() -> None:
    """What has been imported stays: a job frees its model by `gc.collect`, which else would look through torch's and
    transformers' million objects every time. And as in the web process it is looked for less often: of the tests' time
    that was a tenth."""
    spare_what_stays()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("tiny-model"))


@pytest.fixture(scope="session")
def real_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with the real small model alone: one for all tests, for what it says is remembered by folder."""
    if REAL_MODEL is None:
        pytest.skip(NO_REAL_MODEL)
    models = tmp_path_factory.mktemp("real-model")
    (models / catalogue.REAL).symlink_to(REAL_MODEL)
    return models


@pytest.fixture
def real_model(monkeypatch: pytest.MonkeyPatch, real_models: Path) -> Path:
    """The real small model's folder, found by its name while the test runs; skipped, saying why, where it is not."""
    monkeypatch.setenv("MODELS_FOLDER", str(real_models))
    return REAL_MODEL


@pytest.fixture
def bundled_is_tiny(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny model in place of the bundled one."""
    monkeypatch.setenv("BASE_MODEL", str(tiny_model))
    return tiny_model
