"""A word is looked up from the page that brings it in; a reference is found, and taken home."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lib.lesson.glossary.terms import words_of
from tests.browser.conftest import press, settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_from_a_page_s_words_to_the_glossary(page: Page, app: App):
    page.goto(f"{app.url}/kv-cache")
    settle(page)
    term = next(each for each in words_of("kv_cache") if each.term == "Grouped-query attention")
    press(page.get_by_role("button", name="Words ("))
    expect(page.get_by_text(term.says).first).to_be_visible()
    press(page.get_by_role("link", name="Grouped-query attention"))
    expect(page.get_by_role("textbox", name="Search").first).to_have_value(term.term)
    expect(page.get_by_text(term.says).first).to_be_visible()
    assert "/glossary?gl_word=Grouped-query" in page.url


def test_a_reference_is_found_and_taken_home(page: Page, app: App):
    page.goto(f"{app.url}/references?rf_words=lora&rf_kind=Papers")
    settle(page)
    expect(page.get_by_text("LoRA: Low-Rank Adaptation of Large Language Models").first).to_be_visible()
    with page.expect_download() as taken:
        press(page.get_by_role("button", name="as BibTeX"))
    text = Path(taken.value.path()).read_text(encoding="utf-8")
    assert "@misc{hu2021lora," in text
    assert "eprint = {2106.09685}" in text
