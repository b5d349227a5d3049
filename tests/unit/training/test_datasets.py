"""The kopi texts keep what the lesson promises of them."""

from __future__ import annotations

import pytest

from lib.training.datasets import Blank, catalogue, load_dataset
from lib.training.errors import TrainingError
from lib.training.progress import is_right
from lib.training.run import Completion
from scripts.make_kopi_dataset import drinks


def test_at_least_300_texts_all_different_and_a_part_held_out():
    data = load_dataset("kopi_orders")
    texts = [each.text for each in data.training + data.held_out]
    assert len(texts) >= 300
    assert len(set(texts)) == len(texts)
    assert 30 <= len(data.held_out) <= len(data.training) / 4


def test_the_lecture_s_three_blanks():
    blanks = {blank.prompt: blank.answer for blank in load_dataset("kopi_orders").blanks}
    assert blanks == {"Teh C Siew": "Dai", "Kopi O Ko": "song", "Kopi Di": "Lo"}


@pytest.mark.parametrize(
    "word", ["Siew Dai", "Kosong", "Ga Dai", "Peng", "Gao", "Po", "Di Lo", "Teh", "Kopi", " O", " C"]
)
def test_the_whole_grammar_appears(word):
    assert sum(word in each.text for each in load_dataset("kopi_orders").training) >= 10


@pytest.mark.parametrize(
    ("name", "meaning"),
    [  # as coffee shops explain them
        ("Kopi O", "black coffee with sugar"),
        ("Teh C Siew Dai", "tea with evaporated milk and less sugar"),
        ("Kopi O Kosong", "black coffee with no sugar"),
        ("Teh Peng", "iced tea with condensed milk"),
        ("Kopi Gao", "strong coffee with condensed milk"),
    ],
)
def test_a_name_means_what_it_means(name, meaning):
    assert {drink.name: drink.meaning for drink in drinks()}[name] == meaning


def test_an_unknown_dataset_lists_the_known_ones():
    with pytest.raises(TrainingError, match=next(iter(catalogue()))):
        load_dataset("nonsense")


@pytest.mark.parametrize(
    ("continuation", "right"), [("Dai.", True), (" Dai Peng", True), ("Daily", False), ("dai", False), ("", False)]
)
def test_a_blank_is_right_if_its_word_is_whole(continuation, right):
    completion = Completion("Teh C Siew", continuation, (), (), ())
    assert is_right(completion, Blank("Teh C Siew", "Dai")) is right
