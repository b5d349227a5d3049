"""A set-up as a short text that fits into a link, and back.

Only models of the catalogue can be packed: a pasted config would make a link nobody can send.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from lib.memory.errors import CannotEstimateError
from lib.memory.estimate import SETUPS
from lib.memory.model.architecture import Architecture
from lib.memory.model.catalogue import architecture, catalogue
from lib.memory.setup import Setup

LONGEST = 1000


def pack(arch: Architecture, setup: Setup) -> str | None:
    """What differs from the defaults, as JSON; None if the model is not one of the catalogue."""
    if arch.name not in catalogue():
        return None
    usual = asdict(SETUPS[setup.job]())
    changed = {name: value for name, value in asdict(setup).items() if value != usual[name]}
    return json.dumps({"job": setup.job, "model": arch.name, **changed}, separators=(",", ":"))


def unpack(text: str) -> tuple[Architecture, Setup]:
    """The model and the set-up. Raises CannotEstimateError if `text` was not packed here."""
    wrong = CannotEstimateError("The link's set-up A cannot be read; keep a set-up as A and copy the link anew.")
    if len(text) > LONGEST:
        raise wrong
    try:
        fields = json.loads(text)
        setup = SETUPS[fields.pop("job")]
        arch = architecture(fields.pop("model"))
        return arch, setup(**fields)
    except CannotEstimateError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise wrong from error
