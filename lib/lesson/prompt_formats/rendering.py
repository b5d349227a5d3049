"""A rendered conversation in pieces: special tokens, whose turn it is, and what is learnt.

A template says nothing of which letters of its text were whose. So it is rendered a second time with a private sign on
each side of every turn's text (Unicode's private use area, U+E000 to U+F8FF). Where the signs stand is where the turns
are; and with the signs taken out, the text must be the very same, or nothing is said of turns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, pairwise

from lib.lesson.prompt_formats.conversation import ASSISTANT, Conversation, Turn
from lib.lesson.prompt_formats.errors import FormatError
from lib.lesson.prompt_formats.formats import PromptFormat

SIGNS = range(0xE000, 0xF8FF)


@dataclass(frozen=True)
class Piece:
    """A stretch of a rendered text that is of one kind from end to end."""

    text: str
    special: bool
    """Whether the model's tokenizer knows it as one token that stands for nothing else."""
    turn: int | None
    """Whose text it is, counted from 0; None for what the template wrote."""
    learnt: bool
    """Whether it counts in the loss when answers only are learnt: an answer, and the sign that ends it."""


@dataclass(frozen=True)
class Rendered:
    """A conversation as a template wrote it, with the place of every turn in it."""

    conversation: Conversation
    format: PromptFormat
    text: str
    turns: tuple[tuple[int, int, int], ...] | None
    """(Turn, first letter, the one after the last) in `text`, in its order; None where they cannot be told."""

    @cached_property
    def learnt(self) -> tuple[tuple[int, int], ...]:
        """(First letter, the one after the last) of every answer with the sign that ends it."""
        answers = [(s, e) for turn, s, e in self.turns or () if self.conversation.turns[turn].role == ASSISTANT]
        end = self.format.end_of_answer
        return tuple((s, e + len(end) if self.text.startswith(end, e) else e) for s, e in answers)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The text from its beginning to its end, cut wherever something changes."""
        pattern = "|".join(map(re.escape, sorted(self.format.special_tokens, key=len, reverse=True)))
        special = [match.span() for match in re.finditer(pattern, self.text)]
        whose = [(s, e) for _, s, e in self.turns or ()]
        cuts = sorted(
            {0, len(self.text), *(at for spans in (special, whose, self.learnt) for span in spans for at in span)}
        )
        return tuple(
            Piece(
                self.text[first:end],
                _inside(special, first),
                next((turn for turn, s, e in self.turns or () if s <= first < e), None),
                _inside(self.learnt, first),
            )
            for first, end in pairwise(cuts)
        )

    @property
    def special_tokens(self) -> int:
        """How many of the pieces are special tokens, whoever wrote them."""
        return sum(piece.special for piece in self.pieces)

    @property
    def characters_learnt(self) -> int:
        """Characters of `text` that count in the loss when answers only are learnt."""
        return sum(end - start for start, end in self.learnt)

    @property
    def learnt_share(self) -> float:
        """Of all characters that the model is given; 0 of none."""
        return self.characters_learnt / len(self.text) if self.text else 0.0

    @property
    def forged(self) -> tuple[Piece, ...]:
        """Special tokens that stand in somebody's turn, where only the template should write them."""
        return tuple(piece for piece in self.pieces if piece.special and piece.turn is not None)


def rendered(form: PromptFormat, conversation: Conversation, *, add_generation_prompt: bool) -> Rendered:
    """The conversation in this format. Raises FormatError where its template refuses it."""
    text = form.render(conversation, add_generation_prompt=add_generation_prompt)
    return Rendered(conversation, form, text, _turns(form, conversation, text, add_generation_prompt))


def _turns(
    form: PromptFormat, conversation: Conversation, text: str, add_generation_prompt: bool
) -> tuple[tuple[int, int, int], ...] | None:
    used = {*text, *form.template}
    free = (chr(code) for code in SIGNS if chr(code) not in used)
    pairs = list(islice(zip(free, free, strict=False), len(conversation.turns)))
    if len(pairs) < len(conversation.turns):
        return None
    signed = Conversation(
        tuple(
            _between(turn, *pair) if turn.content.strip() else turn
            for turn, pair in zip(conversation.turns, pairs, strict=True)
        )
    )
    try:
        marked = form.render(signed, add_generation_prompt=add_generation_prompt)
    except FormatError:
        return None
    whose = {sign: turn for turn, pair in enumerate(pairs) for sign in pair}
    found, opened, at, plain = [], {}, 0, []
    for part in re.split(f"([{''.join(whose)}])", marked):
        if part not in whose:
            plain.append(part)
            at += len(part)
        elif whose[part] in opened:
            found.append((whose[part], opened.pop(whose[part]), at))
        else:
            opened[whose[part]] = at
    return _with_spaces(tuple(found), conversation, text) if "".join(plain) == text else None


def _between(turn: Turn, opens: str, closes: str) -> Turn:
    """The signs inside the spaces around a text, so that a template which strips it strips it still."""
    core = turn.content.strip()
    before, _, after = turn.content.partition(core)
    return replace(turn, content=f"{before}{opens}{core}{closes}{after}")


def _with_spaces(
    found: tuple[tuple[int, int, int], ...], conversation: Conversation, text: str
) -> tuple[tuple[int, int, int], ...]:
    """The spaces around a text are its own too, where the template has left them."""
    wider = []
    for turn, start, end in found:
        before, _, after = conversation.turns[turn].content.partition(text[start:end])
        kept = before and text.endswith(before, 0, start)
        wider.append(
            (turn, start - len(before) if kept else start, end + len(after) if text.startswith(after, end) else end)
        )
    return tuple(wider)


def _inside(spans: list[tuple[int, int]] | tuple[tuple[int, int], ...], at: int) -> bool:
    return any(first <= at < end for first, end in spans)
