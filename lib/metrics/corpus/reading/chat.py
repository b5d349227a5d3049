"""Conversations as chat APIs and fine-tuning files write them: what the assistant said last is the text to score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SPEAKERS = ("assistant", "gpt", "chatgpt", "model", "bot", "ai")
ROLE, SAID = ("role", "from"), ("content", "value")
NOTE = "Of each conversation, what the assistant said last was taken, as “assistant”."


def is_chat(value: Any) -> bool:
    """Whether it is a list of turns ({"role", "content"} or ShareGPT's {"from", "value"}) or an API's `choices`."""
    if not (isinstance(value, list) and value and all(isinstance(each, dict) for each in value)):
        return False
    return all(_is_turn(each) for each in value) or all(_is_choice(each) for each in value)


def spoken(value: list[dict]) -> tuple[str, ...]:
    """The assistant's last words; of an answer with several choices, all of them; empty where it said nothing."""
    if _is_choice(value[0]):
        found = [_content(each.get("message", each)) for each in value]
        return tuple(text for text in found if text is not None)
    last = next((each for each in reversed(value) if str(_of(each, ROLE)).lower() in SPEAKERS), None)
    text = _content(last) if last else None
    return () if text is None else (text,)


def _is_turn(each: Mapping) -> bool:
    return isinstance(_of(each, ROLE), str) and any(key in each for key in SAID)


def _is_choice(each: Mapping) -> bool:
    message = each.get("message")
    return (isinstance(message, dict) and _is_turn(message)) or ("finish_reason" in each and "text" in each)


def _content(turn: Mapping) -> str | None:
    """The text of a turn; its parts, as {"type": "text", "text": "…"}, put together."""
    said = _of(turn, (*SAID, "text"))
    if isinstance(said, list):
        parts = [each.get("text") for each in said if isinstance(each, dict)]
        said = "".join(part for part in parts if isinstance(part, str)) or None
    return said if isinstance(said, str) else None


def _of(each: Mapping, names: tuple[str, ...]) -> Any:
    return next((each[name] for name in names if each.get(name) is not None), None)
