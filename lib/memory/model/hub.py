"""A model's config.json from the Hugging Face hub, where there is a network."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request

from lib.memory.errors import CannotEstimateError
from lib.memory.model.catalogue import catalogue
from lib.memory.model.config_text import MAX_TEXT_BYTES

HUB = "https://huggingface.co"
NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
TIMEOUT_S = 5


def text_from_hub(name: str) -> str | bytes:
    """The config.json of `owner/model` on the hub; a model of the catalogue needs no network.

    Raises CannotEstimateError in one sentence: not a name, no network, no such model, or one that asks to be signed in.
    """
    name = name.strip()
    if not NAME.fullmatch(name) or ".." in name:
        raise CannotEstimateError(f"{name[:80]!r} is not a hub id: it must look like HuggingFaceTB/SmolLM2-135M.")
    known = next((entry for entry in catalogue().values() if entry.hub_id.lower() == name.lower()), None)
    if known is not None:
        return json.dumps(known.config)
    try:
        with urllib.request.urlopen(f"{HUB}/{name}/raw/main/config.json", timeout=TIMEOUT_S) as answer:
            return answer.read(MAX_TEXT_BYTES + 1)
    except urllib.error.HTTPError as error:
        reason = {401: "does not exist or wants a sign-in", 403: "wants a sign-in", 404: "has no config.json there"}
        raise CannotEstimateError(
            f"{name} {reason.get(error.code, f'could not be read (HTTP {error.code})')}: paste its config.json instead."
        ) from error
    except (OSError, ValueError) as error:
        raise CannotEstimateError(
            "The Hugging Face hub cannot be reached from here: pick a model from the list, or paste its config.json."
        ) from error
