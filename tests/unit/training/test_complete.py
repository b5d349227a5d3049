"""Token healing: the model chooses how to spell what was typed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import ClassVar

import pytest

torch = pytest.importorskip("torch")

from lib.training import complete as healing  # noqa: E402

pytestmark = pytest.mark.torch
VOCABULARY = ["", " ", " K", "o", " Ko", " Kos", "ong", "song", "s", "ng", "K", "Kopi", " O", "."]


class WordTokenizer:
    """Greedy longest match over VOCABULARY; token 0 ends a text."""

    eos_token_id = 0
    all_special_ids = (0,)

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
    likes: ClassVar = {"Kopi O": [" Kos"], "Kopi O Kos": ["ong"], "Kopi O Kosong": ["."], "Kopi O Ko": ["ng"]}

    def __init__(self) -> None:
        self.read = ""

    def eval(self) -> None: ...

    def train(self, mode: bool) -> None: ...

    def __call__(self, input_ids, past_key_values=None, use_cache=False) -> SimpleNamespace:
        text = WordTokenizer().decode(input_ids[0].tolist())
        self.read = (past_key_values or "") + text
        logits = torch.zeros(1, input_ids.shape[1], len(VOCABULARY))
        for rank, token in enumerate(self.likes.get(self.read, [])):
            logits[0, -1, VOCABULARY.index(token)] = 10 - rank
        return SimpleNamespace(logits=logits, past_key_values=self.read if use_cache else None)


def test_a_word_cut_in_the_middle_is_healed():
    completion = healing.complete(ScriptedModel(), WordTokenizer(), "Kopi O Ko", max_new_tokens=6)
    assert completion.continuation == "song."
    assert completion.prompt_tokens == ("Kopi", " O", " Ko")
    assert completion.healed_tokens == ("Kopi", " O", " Kos")
    assert completion.continuation_tokens == ("ong", ".")


def test_without_healing_the_typed_tokens_would_lead_elsewhere():
    model, tokenizer = ScriptedModel(), WordTokenizer()
    ids = tokenizer("Kopi O Ko")["input_ids"]
    new = healing._greedy(model, tokenizer, ids, 1)
    assert tokenizer.decode(new) == "ng", "“Kopi O Kong”: what the model says if it is given the typed tokens"


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
