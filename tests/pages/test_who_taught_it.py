"""Who taught it this, through AppTest: hostile links first, then an answer traced and the texts taken out."""

from __future__ import annotations

import pytest

from tests.pages.conftest import open_chapter, refused, start_and_finish


@pytest.mark.parametrize(
    "query",
    [
        {"who_steps": "-1"},
        {"who_seed": "1e999"},
        {"who_prompt": "x" * 5000},
        {"who_model": "<script>alert(1)</script>"},
        {"who_every": "perhaps"},
    ],
    ids=lambda query: next(iter(query)),
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("who_taught_it", **query)
    assert not app.exception
    (key,) = query
    assert key in refused(app)


def test_an_empty_prompt_is_one_sentence():
    app = open_chapter("who_taught_it")
    app.text_input(key="who_prompt").set_value("   ").run()
    assert not app.exception
    assert any("1 to 300 characters" in error.value for error in app.error)
    assert next(each for each in app.button if each.label == "Train and trace").disabled


@pytest.mark.thorough
@pytest.mark.usefixtures("tiny_worker")
def test_an_answer_is_traced_and_its_texts_taken_out():
    markup = "<b>Kopi</b> **O** :red[x]"
    app = open_chapter("who_taught_it", who_steps="10", who_out="5")
    app.text_input(key="who_prompt").set_value(markup).run()
    start_and_finish(app, "Train and trace")
    assert not app.exception
    shown = " ".join(each.value for each in app.markdown)
    assert r"\<b\>Kopi\</b\> \*\*O\*\* \:red\[x\]" in shown
    tables = app.dataframe
    assert [len(each.value) for each in tables] == [8, 8, 316]
    assert tables[0].value["share"].max() == 1.0
    start_and_finish(app, "Train without them")
    assert not app.exception
    said = " ".join(each.value for each in (*app.success, *app.warning))
    assert "nats" in said
    assert "5 others" in said
