"""Outside truth: the rules as their papers state them, on texts in which the answer can be counted."""

import random

import pytest

from lib.evaluation.contamination import gpt3_n, overlap, seen_by_n, verdicts
from lib.evaluation.errors import EvaluationError

TRAINING = "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do."


def dirty(training, item):
    return {verdict.rule: verdict.dirty for verdict in verdicts(training, item)}


def test_a_copy_is_dirty_by_every_rule_whatever_its_case_and_punctuation():
    item = TRAINING.upper().replace(",", " —").replace(".", "!")
    found = dirty(TRAINING, item)
    assert (found["GPT-3"], found["PaLM"]) == (True, True)
    assert found["GPT-4"] is False  # it keeps the case
    assert dirty(TRAINING, TRAINING) == {"GPT-3": True, "PaLM": True, "GPT-4": True}


def test_a_paraphrase_is_clean_by_every_rule():
    item = "Sitting next to her sister on the slope with nothing at all to occupy her, Alice had started feeling bored."
    assert set(dirty(TRAINING, item).values()) == {False}


def test_one_13_gram_is_enough_for_gpt_3_and_not_for_palm():
    words = TRAINING.split()
    item = " ".join(
        [
            *words[:13],
            *[
                "and",
                "then",
                "something",
                "entirely",
                "different",
                "happened",
                "which",
                "nobody",
                "had",
                "written",
                "down",
                "before",
            ],
        ]
    )
    found = dirty(TRAINING, item)
    assert (found["GPT-3"], found["PaLM"]) == (True, False)


def test_a_short_item_has_no_verdict():
    assert dirty(TRAINING, "Alice was tired")["GPT-3"] is None
    assert dirty(TRAINING, "Alice was tired")["GPT-4"] is False
    assert dirty(TRAINING, "Alice was")["GPT-4"] is True  # shorter than 50 characters: the whole item is looked for


@pytest.mark.parametrize(("words", "n"), [(3, 8), (8, 8), (10, 10), (13, 13), (200, 13)])
def test_gpt_3_takes_8_to_13_words_by_the_length_of_the_items(words, n):
    """Brown et al. 2020, appendix C: at least 8, since shorter runs collide by chance; at most 13, for speed."""
    assert gpt3_n(words) == n


def test_an_item_of_ten_copied_words_is_dirty_by_gpt_3_s_rule():
    words = TRAINING.split()
    assert dirty(TRAINING, " ".join(words[:10]))["GPT-3"] is True
    assert dirty(TRAINING, " ".join([*words[:9], "ink"]))["GPT-3"] is False


def test_what_is_seen_by_n():
    """ "a b c" of "x a b c y" is in the text: 3 of 5 words with n up to 3, none with 4."""
    assert seen_by_n("a b c d", "x a b c y", 4) == {1: 3 / 5, 2: 3 / 5, 3: 3 / 5, 4: 0}


def test_counts_and_marked_words():
    found = overlap("a b c d e", "x a b c y b c", 2)
    assert (found.ngrams, found.found, found.longest_run) == (6, 3, 3)
    assert [word.surface for word in found.words if word.seen] == ["a", "b", "c", "b", "c"]


def test_longest_run_against_the_plain_definition():
    rng = random.Random(0)
    for _ in range(100):
        known, asked = (rng.choices("abc", k=rng.randint(1, 25)) for _ in range(2))
        plain = max(
            (size for size in range(1, len(asked) + 1) for i in range(len(asked) - size + 1)
             if " ".join(asked[i : i + size]) in f"{' '.join(known)}"),
            default=0,
        )  # fmt: skip
        assert overlap(" ".join(known), " ".join(asked), 1).longest_run == plain


@pytest.mark.parametrize(
    ("training", "item", "message"), [("", "a", "empty"), ("a", " ", "empty"), ("a" * 2_000_001, "a", "2,000,001")]
)
def test_texts_that_cannot_be_searched(training, item, message):
    with pytest.raises(EvaluationError, match=message):
        verdicts(training, item)
