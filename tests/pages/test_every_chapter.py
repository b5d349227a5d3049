"""What must hold of every chapter, whichever it is."""

from __future__ import annotations

import subprocess
import sys
from urllib.parse import parse_qsl

import pytest

from bench.lesson.acts import ROUNDS
from lib import curriculum
from lib.places import ROOT
from tests.pages.conftest import charts_without_words, headings_out_of_order, open_chapter, said
from tests.waiting import LIMIT_S

SLUGS = [chapter.slug for chapter in curriculum.chapters()]


@pytest.mark.parametrize("slug", SLUGS)
def test_chapter_opens(slug):
    app = open_chapter(slug)
    assert not app.exception
    assert app.title[0].value == curriculum.chapter(slug).title
    assert not charts_without_words(app)
    assert not headings_out_of_order(app)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_answer_is_explained(slug):
    """All questions at once: the first option of each, then the second, …"""
    app = open_chapter(slug)
    asked = list(enumerate(curriculum.chapter(slug).questions, start=1))
    for turn in range(max((len(question.options) for _, question in asked), default=0)):
        answered = [(number, question.options[min(turn, len(question.options) - 1)]) for number, question in asked]
        for number, option in answered:
            app.radio(key=f"check_{slug}_{number}").set_value(option.text)
        app.run()
        shown = [element.value for element in (*app.success, *app.warning)]
        assert not [option.text for _, option in answered if option.why not in shown]
    assert not app.exception


def test_the_web_process_imports_neither_torch_nor_transformers():
    """They would cost it 300 and 45 MB. In a process of its own, since other tests import both."""
    script = (
        "import sys\n"
        "from tests.pages.conftest import open_chapter\n"
        f"for slug in {SLUGS!r}:\n"
        "    assert not open_chapter(slug).exception, slug\n"
        "    assert not {'torch', 'transformers', 'peft', 'scipy'} & set(sys.modules), slug\n"
        "print('neither')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.stdout.strip().endswith("neither"), done.stderr[-2000:]


@pytest.mark.parametrize("experiment", {each.page + each.query: each for _, each in ROUNDS}.values())
def test_a_played_lesson_has_sliders_to_move_and_its_links_are_taken(experiment):
    app = open_chapter(experiment.page.replace("-", "_"), **dict(parse_qsl(experiment.query)))
    assert [*app.slider, *app.select_slider]
    assert "The link asks for" not in said(app)
