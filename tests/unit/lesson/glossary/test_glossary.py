"""The glossary: what its file must hold, and that a word is found as people write it."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import urlparse

import pytest

from lib import curriculum
from lib.lesson.glossary.searching import did_you_mean, look_up
from lib.lesson.glossary.terms import bare, glossary, words_of
from lib.lesson.summary.document import glossary_document

TERMS = glossary()
EXPANDED = [  # as the papers that coined them write them out
    ("PEFT", "Parameter-efficient fine-tuning"),
    ("LoRA", "Low-rank adaptation"),
    ("DPO", "Direct preference optimization"),
    ("GRPO", "Group relative policy optimization"),
    ("PPO", "Proximal policy optimization"),
    ("GQA", "Grouped-query attention"),
    ("MoE", "Mixture of experts"),
    ("RAG", "Retrieval-augmented generation"),
    ("ZeRO", "Zero Redundancy Optimizer"),
    ("NF4", "4-bit NormalFloat"),
]


def test_there_are_a_hundred_terms_and_each_is_whole():
    assert len(TERMS) >= 100
    for each in TERMS:
        assert each.says.endswith((".", "”"))
        assert each.says[0].isupper() or not each.says[0].isalpha() or each.says[0] in "en", each.term
        assert 20 <= len(each.says) <= 240, each.term
        assert all(name.strip() == name and name for name in each.names)
        if each.source:
            assert urlparse(each.source.url).scheme == "https"
            assert each.source.title


def test_every_term_is_seen_in_a_chapter_and_every_lesson_has_words():
    lessons = {slug for group, slugs in curriculum.COURSE.items() for slug in slugs} - set(curriculum.LOOKED_UP)
    assert {each.chapter for each in TERMS} <= lessons
    assert sorted((each for slug in lessons for each in words_of(slug)), key=lambda each: bare(each.term)) == list(
        TERMS
    )
    assert len({each.chapter for each in TERMS}) >= 30


def test_the_alphabet_is_kept():
    assert all(bare(before.term) < bare(after.term) for before, after in pairwise(TERMS))


@pytest.mark.parametrize(("short", "long"), EXPANDED)
def test_an_abbreviation_finds_its_term_first(short, long):
    assert look_up(short)[0].term == look_up(short.lower())[0].term == long
    assert look_up(long)[0].term == long


@pytest.mark.parametrize("each", TERMS, ids=lambda each: each.term)
def test_every_name_of_a_term_finds_it_first(each):
    for name in each.names:
        assert look_up(name)[0] == each


@pytest.mark.parametrize("written", ["kv-cache", "KV CACHE", "kvcache", " kv  cache "])
def test_signs_spaces_and_capitals_do_not_matter(written):
    assert look_up(written)[0].term == "KV cache"


def test_what_is_said_of_a_term_finds_it_after_the_names():
    found = [each.term for each in look_up("geometric mean")]
    assert found == ["BLEU"]
    assert look_up("perplexity")[0].term == "Perplexity"
    assert "Bits per byte" in [each.term for each in look_up("perplexity")]


def test_no_words_are_all_terms_and_signs_alone_are_none():
    assert look_up("") == look_up("   ") == TERMS
    assert look_up("…") == look_up("()") == ()


@pytest.mark.parametrize(("typed", "meant"), [("perplexty", "Perplexity"), ("quantistion", "Quantization")])
def test_a_typing_mistake_is_offered_what_was_meant(typed, meant):
    assert not look_up(typed)
    assert meant in [each.term for each in did_you_mean(typed)]


def test_hostile_words_find_nothing_and_break_nothing():
    for words in ("<script>alert(1)</script>", "\x00\x00x9q", "🦄" * 80, "q" * 4_000):
        assert not look_up(words)
        assert not did_you_mean(words)


def test_the_printed_glossary_holds_every_term_and_escapes_what_was_searched():
    page = glossary_document(TERMS, "<img src=x>")
    assert "<img" not in page
    assert all(f"<b>{each.term}</b>".replace("'", "&#39;") in page for each in TERMS)
