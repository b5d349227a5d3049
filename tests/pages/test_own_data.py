"""The view Own data through AppTest: bad input first, each one sentence with nothing lost, then a run on five rows."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from lib.training.own_data.preview import SHOWN_CUT
from tests.pages.conftest import button, open_chapter, press, reloaded, start_and_finish

ROWS = [
    {"instruction": f"Order: {meaning}", "response": name}
    for meaning, name in [
        ("black coffee with sugar", "Kopi O"),
        ("black tea with sugar", "Teh O"),
        ("black coffee with no sugar", "Kopi O Kosong"),
        ("black tea with no sugar", "Teh O Kosong"),
        ("iced black coffee with sugar", "Kopi O Peng"),
    ]
]
FIVE = "\n".join(map(json.dumps, ROWS))
LONG = json.dumps({"instruction": "Go on", "response": "word " * 600})


def opened(typed: str = "", **query: str) -> AppTest:
    app = open_chapter("live_lora", view="Own data", **query)
    return app.text_area(key="own-text").set_value(typed).run() if typed else app


def everything(app: AppTest) -> str:
    shown = (*app.markdown, *app.caption, *app.error, *app.warning, *app.info)
    return "\n".join(each.value for each in shown)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("   \n  \n", "There are only blanks here, and no text; paste at least 2 texts"),
        ("only one line", "only one text"),
        ("x" * 20_000_000, "20.0 MB; up to 2 MB"),
        ("ab\x00\x01\x02" * 50, "binary"),
        ("the same\n" * 30, "All 30 texts are the same"),
        ("colour,size\nred,7\nblue,9", "known by its name (“colour”, “size”)"),
        ("instruction,response\nWhat is Kopi?,\nWhat is Teh?,", "response is missing"),
        ('{"messages": "none"}\n{"messages": [{"role": "wizard", "content": "x"}]}', "not a list of messages"),
        ("instruction,response", "There is only a header"),
    ],
    ids=["blanks", "one-line", "20-MB", "binary", "duplicates", "columns", "no-answer", "no-messages", "header"],
)
def test_bad_input_is_one_sentence_and_nothing_is_lost(typed, said):
    app = opened(typed)
    assert not app.exception
    assert app.text_area(key="own-text").value == typed
    assert [said in each.value.replace("\\", "") for each in app.error] == [True]
    assert not [each for each in app.button if each.label == "Train on these"]


@pytest.mark.usefixtures("tiny_worker")
def test_five_rows_are_previewed_learnt_and_asked():
    app = opened(FIVE + "\n" + FIVE.splitlines()[0], **{"own-steps": "10"})
    assert "instruction and response" in everything(app).replace("\\", "")
    assert {each.label: each.value for each in app.metric} == {
        "To train on": "4", "Held out": "1", "Duplicates left out": "1",
    }  # fmt: skip
    assert next(each for each in app.button if each.label == "Train on these").disabled, "nothing is previewed yet"
    start_and_finish(app, "Preview")
    assert not app.exception
    assert not app.error
    whole, answer = (
        float(next(each.value for each in app.metric if each.label == label))
        for label in ("Loss on the whole text", "Loss on the answer only")
    )
    assert whole > 0
    assert answer > 0
    assert whole != answer
    start_and_finish(app, "Train on these")
    assert not app.exception
    assert not app.error
    assert any(each.value == "What happened" for each in app.header)
    asked = next(each for each in app.text_input if each.label == "Prompt")
    asked.set_value("<b>Order</b>: *tea*")
    start_and_finish(app, "Ask")
    assert r"\<b\>Order\</b\>\: \*tea\* →" in everything(app), "the question, without the template around it"


def test_a_diverging_run_on_own_texts_offers_a_lower_rate():
    app = opened(FIVE, **{"own-steps": "60", "own-lr": "1000"})
    start_and_finish(app, "Preview")
    start_and_finish(app, "Train on these")
    press(app, "Try 10")
    assert not app.exception
    assert app.select_slider(key="own-lr").value == 10
    assert not button(app, "Train on these").disabled, "nothing was started"
    assert any("too high" in error.value for error in app.error)


@pytest.mark.usefixtures("tiny_worker")
def test_a_text_longer_than_the_context_is_cut_and_said():
    app = opened("\n".join([FIVE, LONG]))
    start_and_finish(app, "Preview")
    assert not app.exception
    assert any("row 6, which is cut there" in each.value for each in app.warning)
    seen = app.selectbox(key="own-seen")
    assert sum("Row 6 " in each and ", cut" in each for each in seen.options) == 1


@pytest.mark.usefixtures("tiny_worker")
def test_more_cut_texts_than_can_be_opened_are_counted():
    long = [json.dumps({"instruction": f"Go on {row}", "response": "word " * 600}) for row in range(SHOWN_CUT + 20)]
    app = opened("\n".join([FIVE, *long]))
    start_and_finish(app, "Preview")
    assert not app.exception
    cut = [each for each in app.selectbox(key="own-seen").options if ", cut" in each]
    assert SHOWN_CUT <= len(cut) < len(long), "those of the first held-out texts come on top"
    assert f"Of these {len(long)} texts, {len(cut)} can be opened above" in everything(app)
    app.selectbox(key="own-seen").set_value(app.selectbox(key="own-seen").options.index(cut[-1])).run()
    assert not app.exception


def test_an_empty_box_is_no_mistake_and_offers_an_example_which_a_reload_keeps():
    app = opened()
    assert not app.error
    press(app, "Put in an example")
    example = app.text_area(key="own-text").value
    assert "Kopi O" in example
    assert reloaded(app, "live_lora", view="Own data").text_area(key="own-text").value == example


@pytest.mark.usefixtures("tiny_worker")
def test_a_reload_keeps_the_texts_their_form_and_what_was_seen_of_them():
    typed = "colour,size\n" + "\n".join(f"{name},{size}" for size, name in enumerate(["red", "blue", "green", "grey"]))
    app = opened(typed)
    app.selectbox[0].set_value("instruction and response").run()
    next(each for each in app.selectbox if each.label == "Column of the instruction").set_value("size").run()
    next(each for each in app.selectbox if each.label == "Column of the response").set_value("colour").run()
    start_and_finish(app, "Preview")
    assert typed not in str(app.query_params)

    again = reloaded(app, "live_lora", view="Own data")
    assert not again.exception
    assert not again.error
    assert again.text_area(key="own-text").value == typed
    chosen = {each.label: each.value for each in again.selectbox}
    assert chosen["Form"] == "instruction and response"
    assert (chosen["Column of the instruction"], chosen["Column of the response"]) == ("size", "colour")
    assert not button(again, "Train on these").disabled, "the preview is of these very texts"

    somebody_else = opened()
    assert not somebody_else.text_area(key="own-text").value


def test_what_was_taken_out_of_the_box_does_not_come_back():
    app = opened(FIVE)
    app.text_area(key="own-text").set_value("").run()
    assert not reloaded(app, "live_lora", view="Own data").text_area(key="own-text").value


def test_a_reload_keeps_the_uploaded_file_until_it_is_taken_out():
    app = opened()
    app.file_uploader(key="own-file").set_value(("<b>orders</b>.jsonl", FIVE.encode(), "text/plain")).run()
    assert "instruction and response" in everything(app).replace("\\", "")

    again = reloaded(app, "live_lora", view="Own data")
    assert not again.exception
    assert "instruction and response" in everything(again).replace("\\", "")
    assert r"\<b\>orders" in everything(again)
    press(again, "Take it out")
    assert "instruction and response" not in everything(again).replace("\\", "")
    assert button(again, "Put in an example")
    once_more = reloaded(again, "live_lora", view="Own data")
    assert "Take it out" not in [each.label for each in once_more.button]


def test_near_copies_on_both_sides_are_warned_of():
    base = "the quick brown fox jumps over the lazy dog near the old mill at the river every single"
    app = opened("\n".join(f"{base} {day}" for day in ("Monday", "Tuesday", "Friday", "Sunday")))
    assert any("proves nothing" in each.value for each in app.warning)


@pytest.mark.usefixtures("tiny_worker")
def test_a_changed_text_asks_for_a_new_preview():
    app = opened(FIVE)
    start_and_finish(app, "Preview")
    app.text_area(key="own-text").set_value(FIVE.replace("black", "white")).run()
    assert "press Preview to see them anew" in everything(app)
    assert next(each for each in app.button if each.label == "Train on these").disabled


@pytest.mark.parametrize("query", [{"own-share": "99"}, {"own-seed": "-1"}, {"own-steps": "1e9"}], ids=str)
def test_a_hostile_link_falls_back_and_says_so(query):
    app = opened(FIVE, **query)
    assert not app.exception
    (key,) = query
    assert f"The link asks for {key} =" in everything(app)
