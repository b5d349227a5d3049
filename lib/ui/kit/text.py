"""Text that a student, a link or a model wrote, made safe to show inside Markdown."""

from __future__ import annotations

import re

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


_CLOSING = re.compile(r"[,.;:!?)]|['’](?:s|d|m|t|ll|re|ve)\b")


def followed_by(prompt: str, answer: str) -> str:
    """As `continued`, for an answer that is kept without the space before it; a comma has none."""
    return continued(prompt, answer if _CLOSING.match(answer) else f" {answer}")


_ICON = re.compile(r":material/\w+:\s*")
_LINK = re.compile(r"(?<!\\)\[((?:[^\[\]\\]|\\.)*)\]\([^()\s]*\)")
_COLOURED = re.compile(r"(?<!\\):[a-z]+(?:-badge|-background)?\[((?:[^\[\]\\]|\\.)*)\]")
_MARK = re.compile(r"(?<!\\)(\*\*|`|~~)|^(#{1,6} |> |- )", re.MULTILINE)
_ESCAPED = re.compile(r"\\([^a-zA-Z0-9\s])")


def plain(markdown: str) -> str:
    """A page's Markdown as the text that a reader sees: without signs of formatting, icons and addresses of links.

    What was escaped with `escape` comes out as it was.
    """
    text = _ICON.sub("", markdown)
    for nested in (_COLOURED, _LINK, _COLOURED):
        text = nested.sub(r"\1", text)
    return _ESCAPED.sub(r"\1", _MARK.sub("", text)).strip()
