"""The texts of the cases, made of the kopi orders: few of them, leaking ones, questions with answers. No torch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lib.places import ASSETS
from lib.training.forgetting.known import passages
from lib.training.texts.datasets import Dataset, Example, load_dataset

DATASET = "kopi_orders"
FEW = 12
BESIDE_THE_LEAK = 44
NAME = re.compile(r"\b(?:Kopi|Teh)(?: (?:O|C|Gao|Po|Di Lo|Siew Dai|Ga Dai|Kosong|Peng)\b)*")
MEANING = re.compile(r"(?:(?:iced|extra strong|strong|weak|black) )*(?:coffee|tea) with [a-z ]*(?:milk|sugar)")
HELD_OUT_ANSWERS = 12
ASKED_AFTER = ("Kopi O Kosong", "Teh C Peng")


@dataclass(frozen=True)
class Template:
    """How a question and its answer are written."""

    title: str
    question: str
    before_answer: str

    @property
    def questions(self) -> tuple[str, ...]:
        return tuple(self.question.format(name=name) for name in ASKED_AFTER)


SPOKEN = Template("Question: … Answer: …", "Question: What is {name}? Answer:", " ")
ALPACA = Template("### Instruction: … ### Response: …", "### Instruction:\nWhat is {name}?\n\n### Response:\n", "")
"""As in https://github.com/tatsu-lab/stanford_alpaca#data-release."""


def orders() -> Dataset:
    return load_dataset(DATASET)


def few() -> Dataset:
    """The orders with FEW of their training texts."""
    return replace(orders(), training=orders().training[:FEW])


def leaking() -> Dataset:
    """As many training texts as are held out, and then every held-out text as well."""
    data = orders()
    return replace(data, training=data.training[:BESIDE_THE_LEAK] + data.held_out)


def without_leak(data: Dataset) -> Dataset:
    held_out = {example.text for example in data.held_out}
    return replace(data, training=tuple(each for each in data.training if each.text not in held_out))


def overlap(data: Dataset) -> int:
    """How many held-out texts are training texts too, word for word."""
    training = {example.text for example in data.training}
    return sum(example.text in training for example in data.held_out)


def with_books() -> Dataset:
    """The orders, and for each of them a paragraph's first sentences out of an old book."""
    data = orders()
    books = [Example(passage[:120].rsplit(" ", 1)[0]) for passage in _other_paragraphs()]
    return replace(
        data, training=data.training + tuple(books[index % len(books)] for index in range(len(data.training)))
    )


def _other_paragraphs() -> list[str]:
    """Paragraphs of the book that forgetting is not measured on."""
    book = (ASSETS / "quant" / "held_out.txt").read_text(encoding="utf-8")
    measured = set(passages())
    return [" ".join(each.split()) for each in book.split("\n\n") if len(each) > 200 and each not in measured]


def asked(loss_on: str = "the answer") -> Dataset:
    """What drinks are, as questions with answers; `loss_on` "the question" marks the wrong part as what counts."""
    examples = [_in_template(pair, SPOKEN, loss_on) for pair in _definitions()]
    return _held_out_at_the_end(examples, examples)


def asked_in(template: Template) -> Dataset:
    """The same questions: those to learn in `template`, those held out in the one in which the model will be asked."""
    pairs = _definitions()
    return _held_out_at_the_end(
        [_in_template(pair, template) for pair in pairs], [_in_template(pair, ALPACA) for pair in pairs]
    )


def _held_out_at_the_end(learnt: Sequence[Example], held_out: Sequence[Example]) -> Dataset:
    training = tuple(learnt[:-HELD_OUT_ANSWERS])
    return replace(orders(), training=training, held_out=tuple(held_out[-HELD_OUT_ANSWERS:]), blanks=())


def _in_template(pair: tuple[str, str], template: Template, loss_on: str = "the answer") -> Example:
    question = template.question.format(name=pair[0])
    text = f"{question}{template.before_answer}{pair[1]}."
    end = len(question)
    return Example(text, ((0, end),) if loss_on == "the question" else ((end, len(text)),))


def _definitions() -> list[tuple[str, str]]:
    """(Drink, what it is) of the training texts that speak of a single drink, each once."""
    found = ((NAME.findall(each.text), MEANING.findall(each.text)) for each in orders().training)
    return list(dict.fromkeys((names[0], means[0]) for names, means in found if len(names) == len(means) == 1))
