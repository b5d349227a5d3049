"""Token healing: the model chooses how to spell what was typed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch

from lib.models.load import load
from lib.training.texts import complete as healing

pytestmark = pytest.mark.torch
VOCABULARY = [
    "",
    " ",
    " K",
    "o",
    " Ko",
    " Kos",
    "ong",
    "song",
    "s",
    "ng",
    "K",
    "Kopi",
    " O",
    ".",
    "\n",
    "<a>",
    "assistant",
]


class WordTokenizer:
    """Greedy longest match over VOCABULARY; token 0 ends a text."""

    eos_token_id = 0
    all_special_ids = (0, VOCABULARY.index("<a>"))

    def __len__(self) -> int:
        return len(VOCABULARY)

    def __call__(self, text: str, **_) -> dict:
        ids = []
        while text:
            token = max((t for t in VOCABULARY[1:] if text.startswith(t)), key=len)
            ids.append(VOCABULARY.index(token))
            text = text[len(token) :]
        return {"input_ids": ids}

    def decode(self, ids) -> str:
        return "".join(VOCABULARY[token] for token in ids)

    def batch_decode(self, rows) -> list[str]:
        return [self.decode(row) for row in rows]


class ScriptedModel:
    """Prefers, after a given text, a given token; knows " Kos" + "ong", and nothing after " Ko"."""

    device = torch.device("cpu")
    training = False
    config = SimpleNamespace(max_position_embeddings=64)
    likes: ClassVar = {
        "Kopi O": " Kos",
        "Kopi O Kos": "ong",
        "Kopi O Kosong": ".",
        "Kopi O Ko": "ng",
        "": "Kopi",
        "Kopi": ".",
        "Kopi\n<a>assistant\n": "Kopi",
        "Kopi\n<a>assistant\nKopi": ".",
    }

    def eval(self) -> None: ...

    def train(self, mode: bool) -> None: ...

    def __call__(self, input_ids, attention_mask, position_ids, past_key_values, **_) -> SimpleNamespace:
        """Reads what the mask lets it read; positions must count just that."""
        read = input_ids if past_key_values is None else torch.cat((past_key_values, input_ids), dim=1)
        logits = torch.zeros(len(read), 1, len(VOCABULARY))
        for row, (ids, mask) in enumerate(zip(read, attention_mask, strict=True)):
            seen = ids[mask.bool()]
            assert position_ids[row, -1] == len(seen) - 1
            liked = self.likes.get(WordTokenizer().decode(seen.tolist()))
            if liked is not None:
                logits[row, 0, VOCABULARY.index(liked)] = 10
        return SimpleNamespace(logits=logits, past_key_values=read)


def test_a_word_cut_in_the_middle_is_healed():
    (completion,) = healing.complete(ScriptedModel(), WordTokenizer(), ("Kopi O Ko",), max_new_tokens=6)
    assert completion.continuation == "song."
    assert completion.prompt_tokens == ("Kopi", " O", " Ko")
    assert completion.healed_tokens == ("Kopi", " O", " Kos")
    assert completion.continuation_tokens == ("ong", ".")


def test_where_a_chat_template_hands_over_nothing_is_healed():
    """Its last word holds a special token, which letters cannot spell, and the new line after it was not typed."""
    (completion,) = healing.complete(ScriptedModel(), WordTokenizer(), ("Kopi\n<a>assistant\n",), max_new_tokens=6)
    assert completion.continuation == "Kopi."
    assert completion.healed_tokens == ("Kopi", "\n", "<a>", "assistant", "\n")


def test_prompts_of_different_lengths_go_side_by_side():
    together = healing.complete(ScriptedModel(), WordTokenizer(), ("Kopi O Ko", "Kopi"), max_new_tokens=6)
    assert [each.continuation for each in together] == ["song.", "."]
    assert healing.complete(ScriptedModel(), WordTokenizer(), ()) == ()


def test_side_by_side_says_what_each_says_alone(tiny_model):
    """On a transformer, where a wrong mask or position would show."""
    model, tokenizer = load(tiny_model)
    prompts = ("Kopi O Ko", "Teh", "Uncle, one Kopi Di Lo and one Teh C Siew")
    alone = tuple(healing.complete(model, tokenizer, (prompt,))[0] for prompt in prompts)
    assert healing.complete(model, tokenizer, prompts) == alone


@pytest.mark.parametrize(
    ("typed", "allowed"),
    [
        (" Ko", {" ", " K", " Ko", " Kos"}),
        ("o", {"o", "ong"}),
        ("song", {"s", "song"}),
    ],
)
def test_only_tokens_that_spell_what_was_typed_may_be_chosen(typed, allowed):
    tokens = healing._spelling(WordTokenizer(), typed, torch.device("cpu"))
    assert {VOCABULARY[token] for token in tokens} == allowed


def test_the_last_word_takes_its_space_along():
    assert healing._split_last_word("Kopi O Ko") == ("Kopi O", " Ko")
    assert healing._split_last_word("Kopi") == ("", "Kopi")
