"""What the preview of one's own texts says of those that are cut, in the singular and in the plural."""

from __future__ import annotations

import pytest

from lib.training.own_data.preview import Prepared
from lib.training.texts.datasets import Dataset
from lib.ui.training.own_data.preview import cut_off_words


def prepared(cut: tuple[int, ...], lost: tuple[int, ...]) -> Prepared:
    texts = Dataset(title="", about="", source="", training=(), held_out=(), blanks=())
    return Prepared(texts, (), (), "plain", 256, 0, 0, 0, cut, lost)


@pytest.mark.parametrize(
    ("cut", "lost", "loss_on", "said"),
    [
        ((6,), (), "answer", "Longer than 256 tokens: row 6, which is cut there."),
        ((6, 1_007), (), "answer", "Longer than 256 tokens: rows 6 and 1,007, which are cut there."),
        (tuple(range(1, 11)), (), "answer", "rows 1, 2, 3, 4, 5, 6, 7, 8 and 2 more, which are cut there."),
        (
            (6,),
            (6,),
            "answer",
            "Its whole answer is cut off: only the token that ends the text still counts in the loss.",
        ),
        (
            (6, 7),
            (7,),
            "answer",
            "In row 7 the whole answer is cut off: only the token that ends the text still counts in the loss.",
        ),
        (
            (6, 7),
            (6, 7),
            "answer",
            "In rows 6 and 7 the whole answer is cut off: only the token that ends each text still counts in the loss.",
        ),
        (
            (6,),
            (6,),
            "text",
            "whole answer is cut off: what comes before it and the token that ends the text still count in the loss.",
        ),
    ],
)
def test_one_text_and_many(cut, lost, loss_on, said):
    assert cut_off_words(prepared(cut, lost), loss_on).endswith(said)
