"""The texts of the cases, made of the kopi orders: few of them, leaking ones, questions with answers. No torch."""

from __future__ import annotations

import re
from dataclasses import replace

from lib.places import ASSETS
from lib.training.datasets import Dataset, Example, load_dataset
from lib.training.known import passages

DATASET = "kopi_orders"
FEW = 12
BESIDE_THE_LEAK = 44
NAME = re.compile(r"\b(?:Kopi|Teh)(?: (?:O|C|Gao|Po|Di Lo|Siew Dai|Ga Dai|Kosong|Peng)\b)*")
MEANING = re.compile(r"(?:(?:iced|extra strong|strong|weak|black) )*(?:coffee|tea) with [a-z ]*(?:milk|sugar)")
QUESTION = "Question: What is {name}? Answer: "
QUESTIONS = tuple(QUESTION.format(name=name).strip() for name in ("Kopi O Kosong", "Teh C Peng"))
HELD_OUT_ANSWERS = 12


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
    pairs = _definitions()

    def example(pair: tuple[str, str]) -> Example:
        question = QUESTION.format(name=pair[0])
        end = len(question) - 1  # the space belongs to the answer's first token
        text = f"{question}{pair[1]}."
        return Example(text, ((0, end),) if loss_on == "the question" else ((end, len(text)),))

    examples = tuple(map(example, pairs))
    data = orders()
    return replace(data, training=examples[:-HELD_OUT_ANSWERS], held_out=examples[-HELD_OUT_ANSWERS:], blanks=())


def _definitions() -> list[tuple[str, str]]:
    """(Drink, what it is) of the training texts that speak of a single drink, each once."""
    found = ((NAME.findall(each.text), MEANING.findall(each.text)) for each in orders().training)
    return list(dict.fromkeys((names[0], means[0]) for names, means in found if len(names) == len(means) == 1))
