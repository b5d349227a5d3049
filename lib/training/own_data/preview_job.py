"""The preview: what a model will see of a student's texts, with its own tokenizer. Imports torch: worker only."""

from __future__ import annotations

from collections.abc import Iterator

from transformers import AutoTokenizer, PreTrainedTokenizerBase

from lib.models import catalogue
from lib.models.borrow import borrow
from lib.models.chat import can_chat
from lib.training.adapting import base_precision
from lib.training.own_data.preview import (
    SHOWN_CUT,
    SHOWN_HELD_OUT,
    SHOWN_TRAINING,
    WEIGHED_TEXTS,
    BaseLosses,
    Prepared,
    PreviewEvent,
    PreviewRequest,
    Seen,
    SeenToken,
)
from lib.training.own_data.templates import around_a_question, example_of
from lib.training.own_data.texts import OwnText
from lib.training.texts.batches import IGNORED, LONGEST_TEXT, held_out_loss, labelled
from lib.training.texts.datasets import Blank, Dataset, Example
from lib.training.texts.prompts import MAX_PROMPT_CHARACTERS

TITLE = "Your own texts"
FIRST_WORDS = 4
BLANKS, BLANK_WORDS = 3, 4
"""A held-out answer of few words is a blank that can be right or wrong."""


def preview(request: PreviewRequest) -> Iterator[PreviewEvent]:
    """All texts rendered and cut as a run will have them, then what the base model makes of the held-out ones.

    Raises TrainingError where the model's template fails on a row, ModelUnavailable where there is no such model.
    """
    folder = catalogue.find(request.model)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    prepared = _prepared(request, tokenizer, can_chat(folder))
    yield prepared
    texts = prepared.dataset.held_out[:WEIGHED_TEXTS]
    with borrow(folder, base_precision(request.model)) as (model, _):
        on_text = held_out_loss(model, tokenizer, texts, "text")
        answered = any(each.answers for each in texts)
        yield BaseLosses(len(texts), on_text, held_out_loss(model, tokenizer, texts, "answer") if answered else None)


def _prepared(request: PreviewRequest, tokenizer: PreTrainedTokenizerBase, has_own_template: bool) -> Prepared:
    chat_template = has_own_template and request.template == "model"

    def rendered(texts: tuple[OwnText, ...]) -> tuple[Example, ...]:
        return tuple(example_of(text, tokenizer, chat_template=chat_template) for text in texts)

    training, held_out = rendered(request.training), rendered(request.held_out)
    plain = all(text.is_plain for text in request.training)
    around = ("", "") if plain else around_a_question(tokenizer, chat_template=chat_template)
    blanks = _blanks(held_out)
    everything = list(zip(request.training + request.held_out, training + held_out, strict=True))
    cut, without_answer, tokens, on_text, on_answer = [], [], 0, 0, 0
    for index, (text, example) in enumerate(everything):
        ids, labels = labelled(example, tokenizer, "answer")
        answered = sum(label != IGNORED for label in labels)
        if index < len(training):
            tokens += len(ids)
            on_text += len(ids) - 1
            on_answer += answered
        if _cut(example, tokenizer, len(ids)):
            cut.append(index)
            if answered <= 1:
                without_answer.append(text.number)
    indices = range(len(everything))
    first = (*indices[: len(training)][:SHOWN_TRAINING], *indices[len(training) :][:SHOWN_HELD_OUT])
    shown = sorted({*first, *cut[:SHOWN_CUT]})
    return Prepared(
        dataset=Dataset(
            title=TITLE,
            about="",
            source="pasted or uploaded by a student",
            training=training,
            held_out=held_out,
            blanks=blanks,
            ask=_first_question(request.held_out),
            around=around,
        ),
        prompts=tuple(_prompts(held_out)[: BLANKS - len(blanks)]),
        seen=tuple(_seen(*everything[at], at >= len(training), tokenizer, request.loss_on) for at in shown),
        template="model" if chat_template else "plain",
        longest_tokens=_most_tokens(tokenizer),
        training_tokens=tokens,
        counted_if_text=on_text,
        counted_if_answer=on_answer,
        cut_rows=tuple(everything[at][0].number for at in cut),
        without_answer=tuple(without_answer),
    )


def _most_tokens(tokenizer: PreTrainedTokenizerBase) -> int:
    return min(tokenizer.model_max_length, LONGEST_TEXT)


def _cut(example: Example, tokenizer: PreTrainedTokenizerBase, read: int) -> str:
    """What stands behind the last token that is read; `read` counts the one that ends the text."""
    offsets = tokenizer(example.text, return_offsets_mapping=True, verbose=False)["offset_mapping"]
    return example.text[offsets[read - 1][0] :] if len(offsets) > read - 1 else ""


def _seen(text: OwnText, example: Example, held_out: bool, tokenizer: PreTrainedTokenizerBase, loss_on: str) -> Seen:
    ids, labels = labelled(example, tokenizer, loss_on)
    special = set(tokenizer.all_special_ids)
    tokens = tuple(
        SeenToken(tokenizer.decode([token]), token in special, label != IGNORED)
        for token, label in zip(ids, labels, strict=True)
    )
    return Seen(text.number, held_out, tokens, _cut(example, tokenizer, len(ids)))


def _blanks(held_out: tuple[Example, ...]) -> tuple[Blank, ...]:
    """The first held-out texts whose one answer is short, as blanks."""
    blanks = []
    for example in held_out:
        if len(example.answers) == 1:
            ((start, end),) = example.answers
            prompt, answer = example.text[:start], example.text[start:end].strip().rstrip(".!?")
            if 0 < len(answer.split()) <= BLANK_WORDS and len(prompt) <= MAX_PROMPT_CHARACTERS:
                blanks.append(Blank(prompt, answer))
    return tuple(blanks[:BLANKS])


def _prompts(held_out: tuple[Example, ...]) -> list[str]:
    """What held-out texts ask, up to where the answer begins; of plain texts, the first words."""
    asked = {blank.prompt for blank in _blanks(held_out)}
    prompts = [
        each.text[: each.answers[0][0]] if each.answers else " ".join(each.text.split()[:FIRST_WORDS])
        for each in held_out
    ]
    return [each for each in dict.fromkeys(prompts) if len(each) <= MAX_PROMPT_CHARACTERS and each not in asked]


def _first_question(held_out: tuple[OwnText, ...]) -> str:
    """What the first held-out text asks, or how it begins."""
    first = held_out[0].turns
    asked = next((turn.content for turn in first if turn.role == "user"), "")
    return (asked or " ".join(first[0].content.split()[:FIRST_WORDS]))[:MAX_PROMPT_CHARACTERS]
