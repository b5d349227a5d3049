"""The quiz as a student takes it."""

from __future__ import annotations

import json

from lib.lesson.quiz.boxes import Record
from lib.lesson.quiz.file import to_file
from lib.lesson.quiz.questions import quiz
from lib.ui.kit import kept
from tests.pages.conftest import open_chapter, press


def mine(app) -> Record:
    return kept._kept[app.session_state["owner"]]["quiz"]


def test_hostile_links_and_files_are_one_sentence_each():
    app = open_chapter("quiz", qz_view="Keep and print", qz_seed="-1")
    assert not app.exception
    app.file_uploader(key="qz_file").upload("mine.json", b'{"format": 1}', "application/json").run()
    assert ["holds no quiz" in each.value for each in app.error] == [True]
    record = Record().begun(("adapters-1",), 1).answered("adapters-1", "x", False)
    app.file_uploader(key="qz_file").upload("m.json", json.dumps(to_file(record)).encode(), "application/json").run()
    assert not app.error
    assert mine(app).seen == record.seen


def test_a_round_is_answered_explained_and_told():
    app = open_chapter("quiz", qz_count="5")
    press(app, "Start round 1")
    press(app, "That is my answer")
    assert not mine(app).round.given, "nothing chosen, nothing counted"
    for number in range(5):
        id = mine(app).round.ids[number]
        right = quiz()[id].right
        wrong = next(option for option in quiz()[id].asked.options if not option.correct)
        app.radio(key=f"qz_1_{id}").set_value((right if number else wrong).text).run()
        press(app, "That is my answer")
        assert any(right.why in each.value for each in app.success)
        assert any(wrong.why in each.value for each in (*app.warning, *app.markdown))
        press(app, "See the result" if number == 4 else "Next question")
    assert app.subheader[0].value == "4 of 5 right"
    press(app, "Go on")
    assert mine(app).round is None
    assert any("**1** is due" in each.value for each in app.markdown)
    app.get("button_group")[0].set_value("revisit").run()
    # Beside the link and not in it: a phone cuts a link that is longer than its line.
    assert [each.value for each in app.caption if "answered wrongly" in each.value] == ["1 of 1 answered wrongly"]
