"""What is printed is one page: every chapter's summary with as much on it as a page may tell, and the course's.

The PDF is Chromium's own, as a student's browser makes it; its pages are counted in the file.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from lib import curriculum
from lib.curriculum import LOOKED_UP
from lib.lesson.glossary.terms import words_of
from lib.lesson.progress.record import Progress, Told, prediction_key, questions_by_key
from lib.lesson.summary.contents import SENTENCES, SETTINGS, Word, chapter_summary
from lib.lesson.summary.document import course_document

pytestmark = pytest.mark.browser
SLUGS = [each.slug for each in curriculum.chapters() if each.slug not in LOOKED_UP]
LINK = "http://192.168.17.23:8501/memory-calculator?" + "&".join(f"setting_{n}=a+value+{n}" for n in range(14))
SENTENCE = (
    "With 8,192 tokens of context and 16 conversations at once the cache takes 16.0 GiB, 1.1 times as much as the "
    "weights in 16 bits, and 61% of what the card leaves for it. "
)


def told() -> Told:
    """As much as a page keeps: all settings, sentences up to their limit, six rows of six columns of more."""
    settings = [(f"Tokens in the context, no. {n}", f"{n * 1_234_567:,} tokens") for n in range(1, SETTINGS + 1)]
    row = {f"Column with a name {n}": "a cell of 25 characters.." for n in range(9)}
    return Told.shortened(settings, [SENTENCE * 2] * SENTENCES, [row] * 60)


def all_wrong() -> Progress:
    """Every chapter opened and predicted wrongly, every question answered with the longest wrong option."""
    progress = Progress(tuple(SLUGS), told={slug: told() for slug in SLUGS})
    for slug in SLUGS:
        for key, question in questions_by_key(slug).items():
            wrong = [option.text for option in question.options if not option.correct]
            progress = progress.with_answer(key, max(wrong, key=len))
    return progress


def pages_of(browser: Browser, documents: dict[str, str]) -> dict[str, int]:
    page = browser.new_page()
    counted = {}
    for name, html in documents.items():
        page.set_content(html)
        counted[name] = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    page.close()
    return counted


def test_every_chapter_is_one_page_however_much_it_has_to_tell(browser: Browser):
    progress = all_wrong()
    assert prediction_key("kv_cache") in progress.answers
    documents = {
        slug: chapter_summary(slug, progress, [Word(each.term, each.says) for each in words_of(slug)]).to_html(LINK)
        for slug in SLUGS
    }
    counted = pages_of(browser, documents)
    assert counted == dict.fromkeys(SLUGS, 1)


def test_the_course_is_one_page_from_its_first_chapter_to_its_last(browser: Browser):
    full = all_wrong()
    some = Progress(full.opened, full.answers, {slug: full.told[slug] for slug in SLUGS[:12]})
    documents = {"nothing": course_document(Progress()), "some": course_document(some), "all": course_document(full)}
    assert pages_of(browser, documents) == {"nothing": 1, "some": 1, "all": 1}


def test_a_page_that_is_too_long_would_be_counted_as_two(browser: Browser):
    assert pages_of(browser, {"long": "<p>line</p>" * 200})["long"] > 1
