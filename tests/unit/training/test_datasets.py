"""The sets of texts that come with the app keep what the lesson promises of them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import replace

import pytest

from lib.training.errors import TrainingError
from lib.training.progress import is_right
from lib.training.texts.datasets import FOLDER, Blank, catalogue, load_dataset
from lib.training.texts.prompts import Completion
from scripts.make_datasets import company, formal, rows, sentiment, tiny_python
from scripts.make_kopi_dataset import drinks

MADE = {"formal_rewriting": formal, "sentiment": sentiment, "tiny_python": tiny_python, "made_up_company": company}


def test_a_question_is_told_from_what_a_template_wrote_around_it():
    """Around it as SmolLM2's own chat template writes it, shortened."""
    before, after = "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"
    data = replace(load_dataset("kopi_orders"), around=(before, after))
    assert data.question_in(f"{before}Order: black tea{after}") == "Order: black tea"
    assert data.question_in("Teh C Siew") == "Teh C Siew"
    assert data.question_in(before + after) == before + after, "nothing was asked"
    assert load_dataset("kopi_orders").question_in("Teh C Siew") == "Teh C Siew"


@pytest.mark.parametrize("name", catalogue())
def test_no_text_is_twice_in_a_set_or_on_both_sides(name):
    data = load_dataset(name)
    texts = [each.text for each in data.training + data.held_out]
    assert 150 <= len(texts) <= 400
    assert len(set(texts)) == len(texts)
    assert len(data.held_out) >= 24
    assert not {blank.prompt + " " + blank.answer for blank in data.blanks} & {each.text for each in data.training}


@pytest.mark.parametrize("name", MADE)
def test_the_same_seed_writes_the_same_file(name, tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "FOLDER", tmp_path)
    MADE[name].main()
    assert (tmp_path / f"{name}.jsonl").read_bytes() == (FOLDER / f"{name}.jsonl").read_bytes()


@pytest.mark.parametrize("name", ["formal_rewriting", "sentiment", "made_up_company"])
def test_what_is_to_be_answered_is_the_end_of_the_text(name):
    for example in load_dataset(name).training:
        ((first, end),) = example.answers
        assert example.text[:first].endswith(":")
        assert example.text[first] == " "
        assert end == len(example.text)


def test_tiny_python_is_python():
    for example in load_dataset("tiny_python").training + load_dataset("tiny_python").held_out:
        inside = f"def program():\n while True: pass\n {example.text}" if "return" in example.text else example.text
        ast.parse(inside)


def test_half_of_the_held_out_programs_have_names_of_their_own():
    data = load_dataset("tiny_python")
    named = [set(re.findall("lamp|moon|cloud|chair|card|song", each.text)) for each in data.training + data.held_out]
    assert not any(named[: len(data.training)])
    assert sum(map(bool, named[len(data.training) :])) == len(data.held_out) / 2


def test_reviews_of_both_opinions_are_about_equally_many():
    opinions = Counter(each.text.split()[-1] for each in load_dataset("sentiment").training)
    assert set(opinions) == {"positive.", "negative."}
    assert max(opinions.values()) - min(opinions.values()) <= 4


def test_the_company_is_asked_about_in_other_words():
    def questions(examples) -> set[str]:
        return {re.search(r"(?:Question:|asks:|please\.) (.*\?)", each.text)[1] for each in examples}

    data = load_dataset("made_up_company")
    assert not questions(data.training) & questions(data.held_out)
    assert {each.text.split(":")[-1] for each in data.held_out} == {
        each.text.split(":")[-1] for each in data.training
    }, "the same facts"


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
