"""Text that a student, a link or a model wrote, made safe to show inside Markdown."""

from __future__ import annotations

SPECIAL = r"\`*_[]<>#$|~:"


def escape(text: str) -> str:
    """`text` as Markdown that renders as exactly `text`: no formatting, HTML, maths, icons or colours."""
    for character in SPECIAL:
        text = text.replace(character, "\\" + character)
    return text


def continued(prompt: str, continuation: str) -> str:
    """A prompt, and in colour what a model added to it (bold would need a letter next to its asterisks)."""
    gap = " " if continuation[:1].isspace() else ""
    return f"{escape(prompt)}{gap}:orange[{escape(continuation.strip()) or '…'}]"
