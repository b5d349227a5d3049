"""The first page as a student uses it over a course: search, go on, save, load, forget."""

from __future__ import annotations

import json

from lib import curriculum
from lib.lesson.progress.file import from_file, to_file
from lib.lesson.progress.record import question_key
from lib.lesson.progress.standing import course_standing
from lib.places import ROOT
from lib.ui.kit import kept
from tests.pages.conftest import open_chapter

CHAPTER = "kv_cache"


def to(app, slug: str):
    app.switch_page(str(curriculum.chapter(slug).file.relative_to(ROOT))).run()
    assert not app.exception
    return app


def answer(app, slug: str, correct: bool = True) -> None:
    for number, question in enumerate(curriculum.chapter(slug).questions, start=1):
        text = next(option.text for option in question.options if option.correct is correct)
        app.radio(key=question_key(slug, number)).set_value(text).run()


def links(app) -> list[str]:
    return [each.proto.label for each in app.get("page_link")]


def load(app, content: bytes):
    app.file_uploader(key="progress_file").upload("mine.json", content, "application/json").run()
    assert not app.exception
    return app


def test_a_hostile_file_is_one_sentence_and_changes_nothing():
    app = to(open_chapter(CHAPTER), "home")
    load(app, b'{"format": "finetuning-lab progress 1", "opened": 7}')
    assert ["cannot be read" in each.value for each in app.error] == [True]
    load(app, b"<script>alert(1)</script>")
    assert ["is no JSON" in each.value for each in app.error] == [True]
    assert app.button(key="go_on").label == f"Go on: {curriculum.chapter(CHAPTER).title}"


def test_before_anything_is_opened_the_button_starts_the_course():
    app = open_chapter("home")
    first = curriculum.chapters()[1]
    assert app.button(key="go_on").label == f"Start: {first.title}"
    assert not [each for each in links(app) if "started" in each or "done" in each]
    app.button(key="go_on").click().run()
    assert app.title[0].value == first.title


def test_what_is_opened_and_answered_is_told_and_the_next_chapter_offered():
    app = open_chapter(CHAPTER)
    title, after = curriculum.chapter(CHAPTER).title, curriculum.neighbours(CHAPTER)[1]
    to(app, "home")
    assert [each for each in links(app) if title in each and "started" in each and "next" in each]
    answer(to(app, CHAPTER), CHAPTER, correct=False)
    answer(app, CHAPTER)
    to(app, "home")
    assert [each for each in links(app) if title in each and "done" in each]
    assert app.button(key="go_on").label == f"Go on: {after.title}"


def test_what_was_saved_is_loaded_into_another_browser_and_stands_there_again():
    app = open_chapter(CHAPTER)
    answer(app, CHAPTER)
    saved = _saved(app)
    other = open_chapter("home")
    load(other, saved)
    assert any("1 chapters opened" in each.value for each in other.success)
    assert other.button(key="go_on").label == f"Go on: {curriculum.neighbours(CHAPTER)[1].title}"
    to(other, CHAPTER)
    for number, question in enumerate(curriculum.chapter(CHAPTER).questions, start=1):
        right = next(option for option in question.options if option.correct)
        assert other.radio(key=question_key(CHAPTER, number)).value == right.text
        assert right.why in [each.value for each in other.success]


def test_one_button_forgets_all():
    app = open_chapter(CHAPTER)
    answer(app, CHAPTER)
    to(app, "home")
    next(each for each in app.button if each.label == "Yes, forget everything").click().run()
    assert not app.exception
    assert app.button(key="go_on").label.startswith("Start: ")
    to(app, CHAPTER)
    assert app.radio(key=question_key(CHAPTER, 1)).value is None


def test_one_box_finds_slides_and_chapters():
    app = open_chapter("home")
    box = app.selectbox(key="home_find")
    for wanted, slug in [("ROUGE-1", "metrics_playground"), ("KV cache and paging · chapter", "kv_cache")]:
        at = next(number for number, label in enumerate(box.options) if wanted in label)
        box.set_value(at).run()
        assert f"Go to **{curriculum.chapter(slug).title}**" in links(app)


def _saved(app) -> bytes:
    """The record of this test's browser, through the file's own form."""
    content = json.dumps(to_file(kept._kept[app.session_state["owner"]]["progress"])).encode()
    assert course_standing(from_file(content, "mine.json").progress).right == len(curriculum.chapter(CHAPTER).questions)
    return content
