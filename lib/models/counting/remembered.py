"""Models counted before, by the content of their configs. No torch here: pages ask it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict

from lib.memory.model.config_text import parse
from lib.memory.model.inventory.counted import CountedModel

MOST = 256

_lock = threading.Lock()
_models: OrderedDict[str, CountedModel] = OrderedDict()


def content_of(text: str | bytes) -> str:
    """The same for configs that say the same, however they are written. Raises CannotEstimateError for no config."""
    return hashlib.sha256(json.dumps(parse(text), sort_keys=True).encode()).hexdigest()


def remember(content: str, model: CountedModel) -> None:
    with _lock:
        _models[content] = model
        while len(_models) > MOST:
            _models.popitem(last=False)


def recall(content: str) -> CountedModel | None:
    with _lock:
        return _models.get(content)
