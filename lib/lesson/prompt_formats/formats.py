"""The formats of some models: each one's own template, its special tokens, and where they come from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lib.lesson.prompt_formats.conversation import Conversation
from lib.lesson.prompt_formats.errors import FormatError, TemplateError
from lib.lesson.prompt_formats.sandbox import render_template
from lib.places import ASSETS
from lib.sources import Source

FOLDER = ASSETS / "prompt_formats"
REAL_FORMAT = "smollm2"
"""The format of the real small model."""


@dataclass(frozen=True)
class PromptFormat:
    """A model's chat template, with what has to be known to read what it writes."""

    name: str
    title: str
    template: str
    """In Jinja."""
    bos_token: str
    """Written by the template where it says bos_token; a tokenizer may add it too."""
    eos_token: str
    special_tokens: tuple[str, ...]
    """What the model's own tokenizer never cuts."""
    end_of_answer: str
    """What the template writes behind an answer, by which the model says that it is done; learnt with the answer."""
    remark: str
    """What is worth seeing in it."""
    licence: str
    """Of the template's file."""
    model: Source
    """The model whose format it is."""
    source: Source
    """Where the template was taken from."""

    def render(self, conversation: Conversation, *, add_generation_prompt: bool) -> str:
        """The text that the model reads. Raises FormatError where the template refuses the conversation."""
        try:
            return render_template(
                self.template,
                conversation.messages,
                add_generation_prompt=add_generation_prompt,
                bos_token=self.bos_token,
                eos_token=self.eos_token,
            )
        except TemplateError as error:
            at = f", line {error.line}," if error.line else ""
            raise FormatError(f"{self.title}'s template{at} refuses this conversation: {error.what}") from None


@cache
def formats() -> dict[str, PromptFormat]:
    """Every format by its name."""
    cards = json.loads((FOLDER / "formats.json").read_text(encoding="utf-8"))
    return {card["name"]: _format(card) for card in cards}


def names_of(wanted: Sequence[str] = ()) -> dict[str, str]:
    """Titles by name, of all or of those wanted."""
    return {name: each.title for name, each in formats().items() if not wanted or name in wanted}


def _format(card: dict) -> PromptFormat:
    template = (FOLDER / "templates" / f"{card['name']}.jinja").read_text(encoding="utf-8")
    sources = {key: Source(**card[key]) for key in ("model", "source")}
    return PromptFormat(**{**card, "special_tokens": tuple(card["special_tokens"]), "template": template, **sources})
