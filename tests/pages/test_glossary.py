"""The glossary as a student uses it: from a page, from the first page, from a link."""

from __future__ import annotations

import pytest

from lib import curriculum
from lib.lesson.glossary.terms import glossary, words_of
from tests.pages.conftest import open_chapter, refused


def shown(app) -> str:
    return "\n".join(each.value for each in app.markdown)


def links(app) -> list:
    return [each.proto for each in app.get("page_link")]


def test_hostile_words_in_a_link_are_shown_as_they_are():
    app = open_chapter("glossary", gl_word="**<b>bold</b>** $x$", gl_group="Nobody's", gl_letters="?")
    assert not app.exception
    assert "No term here goes by “\\*\\*\\<b\\>bold\\</b\\>\\*\\* \\$x\\$”" in shown(app)
    assert len(refused(app)) == 1
    app = open_chapter("glossary", gl_word="x" * 500)
    assert not app.exception
    assert ["must be at most 80 characters" in each.value for each in app.caption].count(True) == 1


def test_an_abbreviation_in_the_link_opens_its_term():
    app = open_chapter("glossary", gl_word="GQA")
    assert "**Grouped-query attention** · GQA" in shown(app)
    assert "**1 term** for “GQA”" in shown(app)
    kv_cache = curriculum.chapter("kv_cache")
    assert kv_cache.title in [each.label for each in links(app)]


def test_a_typing_mistake_is_offered_what_was_meant():
    app = open_chapter("glossary", gl_word="perplexty")
    assert "**Perplexity** (PPL)" in [each.label for each in links(app)]


@pytest.mark.parametrize("slug", ["glossary", "references"])
def test_a_page_without_charts_points_at_no_camera(slug):
    app = open_chapter(slug)
    assert not app.get("plotly_chart")
    assert "camera" not in "".join(each.value for each in app.caption)


def test_every_term_is_under_some_letters_and_some_group():
    app = open_chapter("glossary")
    seen = []
    letters = app.button_group(key="gl_letters")
    for label in letters.options:
        app.button_group(key="gl_letters").set_value(label).run()
        seen.append(shown(app))
    everything = "\n".join(seen)
    for each in glossary():
        assert f"**{each.term}**" in everything.replace("\\", ""), each.term
    app.selectbox(key="gl_group").set_value("Memory").run()
    app.button_group(key="gl_letters").set_value("O-P").run()
    assert "**PagedAttention**" in shown(app)
    assert "**Precision**" not in shown(app)


def test_a_chapter_s_words_open_on_it_and_lead_to_the_glossary():
    app = open_chapter("kv_cache")
    first = words_of("kv_cache")[0]
    label = f"**{first.term}** ({', '.join(first.also)})"
    assert label not in [each.label for each in links(app)], "nothing is sent before it is opened"
    app.session_state["words_kv_cache"] = True
    app.run()
    assert not app.exception
    found = next(each for each in links(app) if each.label == label)
    assert found.query_string == f"gl_word={first.term}"
    assert first.says in shown(app)


def test_a_word_is_found_on_the_first_page():
    app = open_chapter("home")
    box = app.selectbox(key="home_find")
    at = next(number for number, label in enumerate(box.options) if "DPO" in label and label.endswith("word"))
    box.set_value(at).run()
    assert not app.exception
    assert "without a reward model of its own" in shown(app)
    assert f"Go to **{curriculum.chapter('policy').title}**" in [each.label for each in links(app)]
    assert "gl_word=Direct+preference+optimization" in [each.query_string for each in links(app)]
