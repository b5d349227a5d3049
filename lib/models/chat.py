"""Whether a model has been taught to answer in a chat, by the files of its tokenizer. No torch."""

from __future__ import annotations

import json
from pathlib import Path


def can_chat(folder: Path) -> bool:
    """Whether a chat template is in `folder`, in a file of its own or in the tokenizer's settings."""
    if (folder / "chat_template.jinja").exists():
        return True
    try:
        return bool(json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8")).get("chat_template"))
    except (OSError, ValueError, AttributeError):
        return False
