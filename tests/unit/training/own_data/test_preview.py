"""What the model sees: masks against spans written by hand, and against the masks that TRL documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from lib.models.catalogue import BUNDLED
from lib.training.errors import TrainingError
from lib.training.own_data.preview import (
    SHOWN_CUT,
    SHOWN_HELD_OUT,
    SHOWN_TRAINING,
    BaseLosses,
    Prepared,
    PreviewRequest,
)
from lib.training.own_data.preview_job import preview
from lib.training.own_data.templates import around_a_question, example_of
from lib.training.own_data.texts import PLAIN, OwnText, Turn
from lib.training.texts.batches import IGNORED, labelled

pytestmark = [pytest.mark.torch, pytest.mark.usefixtures("bundled_is_tiny")]

MARKED = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] }}<|im_end|>{% endgeneration %}"
    "{% else %}{{ message['content'] }}<|im_end|>{% endif %}{{ '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""ChatML with answers marked as TRL's documentation asks for `assistant_only_loss`."""
TALK = OwnText(
    7,
    (
        Turn("user", "Hi"),
        Turn("assistant", "Hello", answers=True),
        Turn("user", "Bye"),
        Turn("assistant", "Ciao", answers=True),
    ),
)


@pytest.fixture
def tokenizer(tiny_model: Path):
    """Bytes, with the two special tokens of ChatML."""
    loaded = AutoTokenizer.from_pretrained(tiny_model)
    loaded.add_special_tokens({"eos_token": "<|im_end|>", "additional_special_tokens": ["<|im_start|>"]})
    loaded.chat_template = MARKED
    return loaded


def counted(text: OwnText, tokenizer, **how: bool) -> str:
    ids, labels = labelled(example_of(text, tokenizer, **how), tokenizer, "answer")
    return tokenizer.decode([token for token, label in zip(ids, labels, strict=True) if label != IGNORED])


def test_the_mask_is_the_one_that_trl_documents(tokenizer):
    """`assistant_only_loss` learns what the template marks by {% generation %}: transformers' assistant mask."""
    messages = [{"role": turn.role, "content": turn.content} for turn in TALK.turns]
    theirs = tokenizer.apply_chat_template(messages, tokenize=True, return_dict=True, return_assistant_tokens_mask=True)
    ids, labels = labelled(example_of(TALK, tokenizer, chat_template=True), tokenizer, "answer")
    assert ids == theirs["input_ids"][: len(ids)]
    assert tokenizer.decode(theirs["input_ids"][len(ids) :]) == "\n", "all that the template writes after the end"
    assert [label != IGNORED for label in labels] == [bool(each) for each in theirs["assistant_masks"][: len(ids)]]


def test_the_counted_tokens_are_the_answers_and_their_ends(tokenizer):
    assert counted(TALK, tokenizer, chat_template=True) == "Hello<|im_end|>Ciao<|im_end|>"


def test_the_plain_template_by_hand(tokenizer):
    example = example_of(TALK, tokenizer, chat_template=False)
    assert example.text == "User: Hi\nAssistant: Hello\nUser: Bye\nAssistant: Ciao"
    assert [example.text[start:end] for start, end in example.answers] == [" Hello", " Ciao"]


def test_a_plain_text_is_learnt_whole(tokenizer):
    text = OwnText(1, (Turn(PLAIN, "abc"),))
    ids, labels = labelled(example_of(text, tokenizer, chat_template=True), tokenizer, "answer")
    assert labels == [IGNORED, *ids[1:]], "the first token is predicted by nothing"


def test_around_a_question_is_what_the_template_puts_there(tokenizer):
    assert around_a_question(tokenizer, chat_template=True) == (
        "<|im_start|>user\n",
        "<|im_end|>\n<|im_start|>assistant\n",
    )
    assert around_a_question(tokenizer, chat_template=False) == ("User: ", "\nAssistant:")


@pytest.mark.parametrize(
    "template", ["{{ raise_exception('roles must alternate') }}", "{{ messages[0].nothing.more }}", "{% if %}"]
)
def test_a_template_that_fails_is_one_sentence(tokenizer, template):
    tokenizer.chat_template = template
    with pytest.raises(TrainingError, match="chat template fails on row 7"):
        example_of(TALK, tokenizer, chat_template=True)


def test_a_template_that_writes_earlier_turns_anew_is_refused(tokenizer):
    tokenizer.chat_template = "{{ messages | length }}{% for message in messages %}{{ message['content'] }}{% endfor %}"
    with pytest.raises(TrainingError, match="writes row 7 anew"):
        example_of(TALK, tokenizer, chat_template=True)


def pair(number: int, asked: str, said: str) -> OwnText:
    return OwnText(number, (Turn("user", asked), Turn("assistant", said, answers=True)))


def previewed(*training: OwnText) -> tuple[Prepared, BaseLosses]:
    request = PreviewRequest(training, (pair(90, "Who?", "Me"),), BUNDLED)
    prepared, losses = list(preview(request))
    return prepared, losses


def test_a_preview_tells_every_token_and_what_counts(tiny_model):
    prepared, losses = previewed(pair(1, "Hi", "Yo"))
    (seen, held_out) = prepared.seen
    assert prepared.template == "plain"
    assert "".join(token.text for token in seen.tokens) == "User: Hi\nAssistant: Yo<end>"
    assert "".join(token.text for token in seen.tokens if token.counted) == " Yo<end>"
    assert [token.text for token in seen.tokens if token.special] == ["<end>"]
    assert held_out.held_out
    bytes_read = len(b"User: Hi\nAssistant: Yo") + 1
    assert prepared.training_tokens == bytes_read
    assert prepared.counted_if_text == bytes_read - 1
    assert prepared.counted_if_answer == 4
    assert prepared.answer_share == pytest.approx(4 / 22)  # " Yo<end>" of "ser: Hi\nAssistant: Yo<end>"
    assert losses.on_text != losses.on_answer
    assert json.loads((tiny_model / "config.json").read_text())["max_position_embeddings"] == prepared.longest_tokens


def test_what_is_longer_than_the_context_is_cut_and_told():
    prepared, _ = previewed(pair(1, "Hi", "Yo"), pair(2, "Hi", "a" * 300), pair(3, "q" * 300, "Yo"))
    assert prepared.cut_rows == (2, 3)
    assert prepared.without_answer == (3,)
    long = prepared.seen[1]
    assert len(long.tokens) == prepared.longest_tokens
    whole = "User: Hi\nAssistant: " + "a" * 300
    assert "".join(token.text for token in long.tokens[:-1]) + long.cut == whole


def test_cut_texts_behind_the_first_ones_are_told_too_up_to_a_number():
    short = [pair(number, "Hi", f"Yo {number}") for number in range(1, 31)]
    cut = [pair(number, "Hi", "a" * (300 + number)) for number in range(31, 31 + SHOWN_CUT + 2)]
    prepared, _ = previewed(*short, *cut[:2])
    first = list(range(1, SHOWN_TRAINING + 1))
    assert [each.number for each in prepared.seen] == [*first, 31, 32, 90]
    assert [each.held_out for each in prepared.seen] == [False] * (SHOWN_TRAINING + 2) + [True]
    assert [each.number for each in prepared.seen if each.cut] == [31, 32]
    assert prepared.cut_seen == 2

    prepared, _ = previewed(*cut[:1], *short, *cut[1:])
    told = [each.number for each in prepared.seen if each.cut]
    assert told == [each.number for each in cut[:SHOWN_CUT]], "one that is among the first ones is not told twice"
    assert len(prepared.cut_rows) == SHOWN_CUT + 2
    assert prepared.cut_seen == SHOWN_CUT


def test_a_held_out_text_that_is_cut_is_told_wherever_it_stands():
    held_out = (*(pair(number, "Who?", f"Me {number}") for number in range(2, 12)), pair(12, "Who?", "a" * 300))
    prepared, _ = list(preview(PreviewRequest((pair(1, "Hi", "Yo"),), held_out, BUNDLED)))
    last = prepared.seen[-1]
    assert (last.number, last.held_out, bool(last.cut)) == (12, True, True)
    assert len(prepared.seen) == 1 + SHOWN_HELD_OUT + 1


def test_short_held_out_answers_become_blanks():
    prepared, _ = previewed(pair(1, "Hi", "Yo"))
    (blank,) = prepared.dataset.blanks
    assert (blank.prompt, blank.answer) == ("User: Who?\nAssistant:", "Me")
