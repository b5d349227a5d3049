"""No text is on both sides, every different text is on one, and the seed decides."""

from __future__ import annotations

import random

import pytest

from lib.training.errors import TrainingError
from lib.training.own_data.forms import make_texts, read, told_form
from lib.training.own_data.split import near_copies, own_split, split
from lib.training.own_data.texts import PLAIN, OwnText, Turn


def plain(number: int, text: str) -> OwnText:
    return OwnText(number, (Turn(PLAIN, text),))


@pytest.mark.parametrize("seed", range(20))
def test_every_different_text_is_on_exactly_one_side(seed):
    rng = random.Random(seed)
    texts = [plain(at, f"text {rng.randint(0, 40)}") for at in range(rng.randint(5, 90))]
    made = split(texts, rng.choice([0.05, 0.2, 0.5]), seed)
    training, held_out = ({text.turns for text in side} for side in (made.training, made.held_out))
    assert not training & held_out
    assert training | held_out == {text.turns for text in texts}
    assert len(made.training) + len(made.held_out) + len(made.duplicates) == len(texts)
    assert training
    assert held_out
    assert made == split(texts, len(held_out) / len(training | held_out), seed)


def test_another_seed_holds_out_other_texts():
    texts = [plain(at, f"text {at}") for at in range(50)]
    assert split(texts, 0.2, 0).held_out != split(texts, 0.2, 1).held_out
    assert len(split(texts, 0.2, 0).held_out) == 10


def test_copies_of_held_out_texts_are_counted():
    texts = [plain(at, f"text {at % 2}") for at in range(6)]
    made = split(texts, 0.5, 0)
    assert len(made.duplicates) == 4
    assert made.would_leak == 2


def test_only_duplicates_is_one_sentence():
    with pytest.raises(TrainingError, match="All 3 texts are the same"):
        split([plain(at, "same") for at in range(3)], 0.2, 0)


def test_near_copies_are_those_of_palm_s_rule():
    """Chowdhery et al. 2022, section 8: 70% of 8-grams. Of 17 words there are 10; a new last word spoils one."""
    words = [f"w{at}" for at in range(17)]
    training = [plain(1, " ".join(words))]
    one_off = plain(2, " ".join([*words[:-1], "new"]))
    four_off = plain(3, " ".join([*words[:-4], "a", "b", "c", "d"]))
    assert [(each.text.number, each.share) for each in near_copies(training, [one_off, four_off])] == [(2, 0.9)]


def test_a_short_text_is_near_only_if_all_its_words_are_a_text():
    training = [plain(1, "Kopi O, please!"), plain(2, "Teh C for me")]
    assert [each.text.number for each in near_copies(training, [plain(3, "kopi o please"), plain(4, "Teh C")])] == [3]


def given(csv: str):
    records = read(csv)
    return make_texts(records, told_form(records))


def test_a_file_s_own_split_is_kept_and_a_text_on_both_sides_is_held_out():
    rows = "text,Split\none,train\ntwo,test\nthree,Validation\ntwo,train\nfour,\n"
    made = own_split(given(rows).texts)
    assert given(rows).has_own_split
    assert [text.words for text in made.training] == ["one", "four"]
    assert [text.words for text in made.held_out] == ["two", "three"]
    assert made.would_leak == len(made.duplicates) == 1


def test_a_column_that_names_one_side_only_is_no_split():
    assert not given("text,split\none,train\ntwo,train\n").has_own_split
    assert not given("text,split\none,left\ntwo,right\n").has_own_split


def test_nothing_to_train_on_is_one_sentence():
    with pytest.raises(TrainingError, match="at least one that is not"):
        own_split(given("text,split\none,train\none,test\n").texts)
