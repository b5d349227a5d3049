"""Under which conditions the real small model was asked or trained for a page that shows a recorded run."""

from __future__ import annotations

import datetime
import platform
from importlib.metadata import version

import torch

from lib.models.catalogue import REAL, find
from lib.models.device import this_machine
from lib.models.origin import origin


def facts_of_recording(source: str, *libraries: str) -> dict:
    """Of this machine, today.

    source     the script that records
    libraries  those beside torch and transformers whose version bears on the result
    """
    return {
        "model": REAL,
        "weights_by_way_of": origin(find(REAL)).by_way_of,
        "device": this_machine().processor,
        "threads": torch.get_num_threads(),
        "date": datetime.date.today().isoformat(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "transformers", *libraries)},
        },
        "source": source,
    }
