"""Which form rows have, by the names of their columns, and the texts they make. No torch.

Names: Alpaca (https://github.com/tatsu-lab/stanford_alpaca#data-release), Dolly
(https://huggingface.co/datasets/databricks/databricks-dolly-15k), TRL
(https://huggingface.co/docs/trl/dataset_formats), OpenAI's chat format
(https://platform.openai.com/docs/guides/supervised-fine-tuning), and ShareGPT's conversations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lib.training.errors import TrainingError
from lib.training.own_data.records import LINE, Records, read_records
from lib.training.own_data.texts import (
    ASSISTANT,
    HELD_OUT,
    MAX_TEXTS,
    MIN_TEXTS,
    PLAIN,
    SYSTEM,
    TRAINING,
    USER,
    OwnText,
    Refused,
    Turn,
)

INSTRUCTION, CHAT, TEXT = "instruction", "chat", "text"
FORMS = {INSTRUCTION: "instruction and response", CHAT: "chat messages", TEXT: "plain text"}
ASKS = ("instruction", "prompt", "question", "query", "problem", "user", "input", "source")
CONTEXTS = ("input", "context")
ANSWERS = ("output", "response", "completion", "answer", "target", "assistant", "reply", "chosen")
MESSAGES = ("messages", "conversations", "conversation", "chat", "dialogue")
TEXTS = ("text", "content", "document", LINE)
SPLIT = "split"
"""The column that says on which side a row is, and what stands in it: the names of the hub's splits, and ours."""
SIDES = {
    **dict.fromkeys(("train", "training"), TRAINING),
    **dict.fromkeys(
        ("test", "validation", "valid", "val", "dev", "eval", "held_out", "held-out", "held out"), HELD_OUT
    ),
}
ROLES = {
    "system": SYSTEM,
    "developer": SYSTEM,
    "user": USER,
    "human": USER,
    "prompter": USER,
    "assistant": ASSISTANT,
    "gpt": ASSISTANT,
    "bot": ASSISTANT,
    "model": ASSISTANT,
    "chatgpt": ASSISTANT,
}
SHOWN = 3
"""How many refused rows a message tells."""


@dataclass(frozen=True)
class Form:
    """How rows are read."""

    kind: str
    """One of FORMS."""
    asks: str = ""
    """Column of the instruction, or of the messages before those that are to be learnt."""
    context: str = ""
    """Column of what is put below the instruction, where there is one."""
    answers: str = ""
    text: str = ""
    """Column of the plain text, or of the chat messages."""

    @property
    def words(self) -> str:
        """What was decided, for a page."""
        if self.kind == INSTRUCTION:
            below = f", with “{self.context}” below it" if self.context else ""
            return f"instruction and response: “{self.asks}” asks{below}, and “{self.answers}” answers"
        if self.kind == CHAT:
            where = f"“{self.text}”" if self.text else f"“{self.asks}” and “{self.answers}”"
            return f"chat messages, in {where}"
        return "plain text" + (f", in “{self.text}”" if self.text != LINE else "")


@dataclass(frozen=True)
class OwnTexts:
    texts: tuple[OwnText, ...]
    refused: tuple[Refused, ...]
    notes: tuple[str, ...] = ()

    @property
    def has_own_split(self) -> bool:
        """Whether the rows themselves say which are to be learnt and which to be held out."""
        return {TRAINING, HELD_OUT} <= {text.side for text in self.texts}


def read(data: bytes | str) -> Records:
    """The rows of what was given; StudentError in one sentence where there are none."""
    known = frozenset((*ASKS, *ANSWERS, *MESSAGES, *TEXTS, "instruction", "context"))
    return read_records(data, known)


def told_form(records: Records) -> Form | None:
    """The form that the columns tell; None where they tell none."""
    names = {column.strip().lower(): column for column in reversed(records.columns)}

    def first(known: Sequence[str], besides: str = "") -> str:
        return next((names[name] for name in known if name in names and names[name] != besides), "")

    messages, answers = first(MESSAGES), first(ANSWERS)
    if messages:
        return Form(CHAT, text=messages)
    asks = first(ASKS)
    if asks and answers:
        if any(_is_messages(row.get(answers)) for _, row in records.rows):
            return Form(CHAT, asks=asks, answers=answers)
        return Form(INSTRUCTION, asks=asks, answers=answers, context=first(CONTEXTS, besides=asks))
    text = first(TEXTS) or (records.columns[0] if len(records.columns) == 1 else "")
    return Form(TEXT, text=text) if text else None


def no_form(records: Records) -> TrainingError:
    """What is wrong where the columns tell no form."""
    found = ", ".join(f"“{column[:40]}”" for column in records.columns[:8])
    return TrainingError(
        f"None of the columns is known by its name ({found}); choose under “Form” what they are, or name them "
        "instruction and response, messages, or text"
    )


def make_texts(records: Records, form: Form) -> OwnTexts:
    """A text a row; rows that make none are told with their number. TrainingError where fewer than two are left."""
    texts: list[OwnText] = []
    refused = list(records.refused)
    for number, row in records.rows:
        try:
            texts.append(OwnText(number, _turns(row, form), _side(row)))
        except TrainingError as why:
            refused.append(Refused(number, str(why)))
    refused.sort(key=lambda each: each.number)
    if len(texts) < MIN_TEXTS:
        first = "".join(f" Row {each.number:,}: {each.why}." for each in refused[:SHOWN])
        found = "no text" if not texts else "only one text"
        raise TrainingError(
            f"There is {found} to learn from; at least {MIN_TEXTS} are needed, one to train on and one to hold out."
            + first
        )
    notes = ()
    if len(texts) > MAX_TEXTS:
        notes = (f"There are {len(texts):,} texts; the first {MAX_TEXTS:,} are used.",)
    return OwnTexts(tuple(texts[:MAX_TEXTS]), tuple(refused), notes)


def _side(row: dict[str, Any]) -> str:
    said = next((value for column, value in row.items() if column.strip().lower() == SPLIT), "")
    return SIDES.get(str(said).strip().lower(), "")


def _turns(row: dict[str, Any], form: Form) -> tuple[Turn, ...]:
    if form.kind == TEXT:
        return (Turn(PLAIN, _text(row, form.text)),)
    if form.kind == INSTRUCTION:
        asked = _text(row, form.asks)
        context = row.get(form.context)
        if isinstance(context, str) and context.strip():
            asked = f"{asked}\n{context.strip()}"
        return (Turn(USER, asked), Turn(ASSISTANT, _text(row, form.answers), answers=True))
    if form.text:
        turns = _messages(row.get(form.text), form.text)
    else:  # TRL's conversational prompt and completion: only the completion is learnt
        asked = tuple(replace(turn, answers=False) for turn in _messages(row.get(form.asks), form.asks))
        turns = (*asked, *_messages(row.get(form.answers), form.answers))
    if not any(turn.answers for turn in turns):
        raise TrainingError("no message is the assistant's, so there is no answer to learn")
    return turns


def _text(row: dict[str, Any], column: str) -> str:
    """What stands in `column`, as a text. Numbers and lists of texts are no surprise in JSON; nothing is missing."""
    value = row.get(column)
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        value = value[0]
    if isinstance(value, float) and not math.isfinite(value):  # how pandas writes that there is nothing
        value = None
    if isinstance(value, bool | int | float):
        value = str(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        raise TrainingError(f"{column} is missing")
    if not isinstance(value, str):
        raise TrainingError(f"{column} is not text")
    return value.strip()


def _is_messages(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _messages(value: Any, column: str) -> tuple[Turn, ...]:
    """Messages as OpenAI and TRL write them (role, content), or as ShareGPT does (from, value)."""
    if not _is_messages(value):
        raise TrainingError(f'{column} is not a list of messages like {{"role": "user", "content": "…"}}')
    turns = []
    for message in value:
        said_by = message.get("role", message.get("from"))
        role = ROLES.get(str(said_by).lower())
        if role is None:
            raise TrainingError(f"a message has the role {str(said_by)[:40]!r}; it must be system, user or assistant")
        content = message.get("content", message.get("value"))
        if isinstance(content, list):  # OpenAI's content in parts
            content = "".join(part.get("text", "") for part in content if isinstance(part, dict))
        if not isinstance(content, str) or not content.strip():
            raise TrainingError(f"a message of the {role} is empty")
        turns.append(Turn(role, content.strip(), answers=role == ASSISTANT))
    return tuple(turns)
