"""The board of bad texts, against scores worked out by hand."""

from __future__ import annotations

import pytest

from lib.classroom.leaderboard import PART, board
from lib.classroom.records import Asked, Stage, Words

REFERENCE = "it is cold outside."


def made(*texts: str):
    asked = Asked(1, "", PART, REFERENCE, (), Stage.SHOWN, False)
    return board(asked, [Words(number, text, True) for number, text in enumerate(texts)])


def test_the_lecture_s_pair_scores_as_on_its_slide():
    (entry,) = made("it is very cold outside.").entries
    assert entry.rouge_1 == pytest.approx(8 / 9)  # 4 of 5 words found, 4 of 4 covered
    assert entry.rouge_l == pytest.approx(8 / 9)


def test_shuffled_words_lead_although_their_order_is_lost():
    entries = made("nothing alike", "outside cold is it", "it is very cold outside.").entries
    assert [entry.text for entry in entries] == ["outside cold is it", "it is very cold outside.", "nothing alike"]
    assert entries[0].rouge_1 == 1.0
    assert entries[0].rouge_l == pytest.approx(1 / 4)  # the longest common subsequence is one word of four
    assert entries[-1].rouge_1 == 0.0


def test_a_copy_is_no_bad_text_and_the_same_text_stands_once():
    told = made("It is COLD outside!", "cold", "cold", REFERENCE)
    assert [entry.text for entry in told.entries] == ["cold"]
    assert told.copies == 2


def test_texts_without_a_word_score_nothing_and_break_nothing():
    told = made("😀😀", "<script>", "。", "x" * 280)
    assert [entry.rouge_1 for entry in told.entries] == [0.0] * 4
