"""Tests never reach the network, and never find a model that only this machine happens to have."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.setdefault("OMP_NUM_THREADS", "2")


def pytest_collection_modifyitems(items: list) -> None:
    """Browser journeys last: while Playwright's browser is open, its event loop runs in this thread, where the
    engine of the page tests would find it and wait for ever."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
