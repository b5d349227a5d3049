"""The first page as a student uses it over a course: search, go on, save, load, forget."""

from __future__ import annotations

import json

from lib import curriculum
from lib.lesson.cases.stories import cases
from lib.lesson.progress.file import Kept, from_file, to_file
from lib.lesson.progress.record import Told, question_key
from lib.lesson.progress.standing import course_standing
from lib.lesson.quiz.boxes import Record
from lib.places import ROOT
from lib.ui.kit import kept
from lib.ui.kit.keeping import notes, progress
from lib.ui.kit.keeping.notes import Notes
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
    assert ["is not JSON" in each.value for each in app.error] == [True]
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
    assert any("1 chapter opened" in each.value for each in other.success)
    assert other.button(key="go_on").label == f"Go on: {curriculum.neighbours(CHAPTER)[1].title}"
    to(other, CHAPTER)
    for number, question in enumerate(curriculum.chapter(CHAPTER).questions, start=1):
        right = next(option for option in question.options if option.correct)
        assert other.radio(key=question_key(CHAPTER, number)).value == right.text
        assert right.why in [each.value for each in other.success]


def test_the_quiz_and_the_cases_are_saved_loaded_and_forgotten_with_the_rest():
    app = open_chapter(CHAPTER)
    answer(app, CHAPTER)
    clinic = cases()["clinic"]
    mine = kept._kept[app.session_state["owner"]]
    mine["quiz"] = Record().begun(("adapters-1", "canary-1"), 1).answered("adapters-1", "x", False)
    mine["cases"] = {clinic.id: clinic.asked.options[0].text}
    other = load(open_chapter("home"), _saved(app))
    assert any("1 question of the quiz" in each.value for each in other.success)
    theirs = kept._kept[other.session_state["owner"]]
    assert theirs["quiz"].seen == mine["quiz"].seen
    to(other, "cases")
    other.selectbox(key="cs_case").set_value("clinic").run()
    assert any(clinic.asked.options[0].why in each.value for each in other.success)
    to(other, "home")
    next(each for each in other.button if each.label == "Yes, forget everything").click().run()
    assert not {"quiz", "cases"} & set(kept._kept.get(other.session_state["owner"], {}))


def test_a_summary_gathers_the_notes_of_its_own_chapter_and_only_when_asked(monkeypatch):
    app = open_chapter(CHAPTER)
    to(app, "model_sizes")
    asked = []
    monkeypatch.setattr(Notes, "told", lambda notes: asked.append(notes.slug) or Told())
    to(app, CHAPTER)
    assert not asked, "a page's run shortens nobody's notes"
    monkeypatch.setattr(progress, "kept", lambda what: kept._kept[app.session_state["owner"]].get(what))
    monkeypatch.setattr(notes, "kept", progress.kept)
    progress.progress_of(CHAPTER)()
    assert asked == [CHAPTER]
    progress.whole_progress()()
    assert set(asked) == {CHAPTER, "model_sizes"}


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
    for wanted, slug in [
        ("ROUGE-1", "metrics_playground"),
        ("KV cache and paging · chapter", "kv_cache"),
        ("Pretraining / Finetuning", "ways_of_training"),
    ]:
        at = next(number for number, label in enumerate(box.options) if wanted in label)
        box.set_value(at).run()
        assert f"Go to **{curriculum.chapter(slug).title}**" in links(app)


def _saved(app) -> bytes:
    """The record of this test's browser, through the file's own form."""
    mine = kept._kept[app.session_state["owner"]]
    kept_now = Kept(mine["progress"], mine.get("quiz", Record()), mine.get("cases", {}))
    content = json.dumps(to_file(kept_now)).encode()
    assert course_standing(from_file(content, "mine.json").progress).right == len(curriculum.chapter(CHAPTER).questions)
    return content
