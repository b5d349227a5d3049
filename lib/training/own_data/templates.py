"""Turns as one text with what is to be answered in it, by a model's chat template or a plain one.

A tokenizer is handed in, so nothing of transformers is imported here; it is a worker that has one.

Which part of a rendered text is an answer: what the template puts there for the assistant's turn, after the beginning
of an answer that it writes itself (add_generation_prompt). That is what TRL learns of a prompt and its completion, and
with `assistant_only_loss`, where the template marks answers by {% generation %}
(https://huggingface.co/docs/trl/sft_trainer#train-on-assistant-messages-only).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lib.training.errors import TrainingError
from lib.training.own_data.texts import ASSISTANT, SYSTEM, USER, OwnText, Turn
from lib.training.texts.datasets import Example

NAMES = {SYSTEM: "System", USER: "User", ASSISTANT: "Assistant"}
PLAIN_TEMPLATE = "User: {instruction}\nAssistant: {response}"
"""What the plain template writes, for a page."""
A_QUESTION = "QUESTION"


def example_of(text: OwnText, tokenizer: Any, *, chat_template: bool) -> Example:
    """The text that a model reads, without the token that ends it, which every text gets."""
    if text.is_plain:
        return Example(text.turns[0].content)
    spans, beginnings = [], []
    for at, turn in enumerate(text.turns):
        if turn.answers:
            start = len(_rendered(text, text.turns[:at], tokenizer, chat_template, asked=True))
            upto = _rendered(text, text.turns[: at + 1], tokenizer, chat_template).rstrip("\n")
            spans.append((start, len(upto)))
            beginnings.append(upto)
    rendered = _rendered(text, text.turns, tokenizer, chat_template).rstrip("\n")
    if not all(rendered.startswith(each) for each in beginnings):
        raise TrainingError(
            f"The model's chat template writes row {text.number:,} anew with each turn, so its answers cannot be told "
            "from the rest; choose the plain template"
        )
    if chat_template:
        rendered = rendered.removesuffix(tokenizer.eos_token)
    return Example(rendered, tuple((start, min(end, len(rendered))) for start, end in spans))


def around_a_question(tokenizer: Any, *, chat_template: bool) -> tuple[str, str]:
    """What stands before and after a question, up to where the answer begins."""
    asked = OwnText(0, (Turn(USER, A_QUESTION),))
    before, _, after = _rendered(asked, asked.turns, tokenizer, chat_template, asked=True).partition(A_QUESTION)
    return before, after


def _rendered(text: OwnText, turns: Sequence[Turn], tokenizer: Any, chat_template: bool, *, asked: bool = False) -> str:
    """Turns as one text; `asked`: up to where the next answer begins."""
    if not chat_template:
        lines = [f"{NAMES[turn.role]}: {turn.content}" for turn in turns]
        return "\n".join([*lines, *([f"{NAMES[ASSISTANT]}:"] if asked else [])])
    messages = [{"role": turn.role, "content": turn.content} for turn in turns]
    try:
        return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=asked)
    except Exception as error:  # a template is a program of its author's, and raises what it likes
        raise TrainingError(
            f"The model's chat template fails on row {text.number:,} ({str(error)[:120] or type(error).__name__}); "
            "mend that row, or choose the plain template"
        ) from error
