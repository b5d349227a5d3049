"""Every answer that is a setting opens its chapter in that state, and no two of a question in the same."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib import curriculum
from lib.classroom.choosing import choosable_settings
from lib.classroom.questions import opening_of, parts_of
from lib.classroom.records import Asked, Choice, Stage
from lib.lesson.presenting.steps import EXPERIMENT, steps_of
from lib.ui.kit import jobs
from tests.pages.conftest import open_chapter, otherwise, refused, said


def asked(slug: str, part: str, question: str, options: Any) -> Asked:
    choices = tuple(Choice(option.text, False, "") for option in options)
    return Asked(1, slug, part, question, choices, Stage.SHOWN, False)


def everything_asked() -> list[Asked]:
    """Each question of each chapter, and each setting that a room can choose, as a room has them."""
    of_course = [
        asked(chapter.slug, part, each.question, each.options)
        for chapter in curriculum.chapters()
        for part, each in parts_of(chapter.slug).items()
    ]
    return of_course + [
        asked(each.chapter, each.part, each.question, each.options) for each in choosable_settings().values()
    ]


OPENING = {
    each: found
    for each in everything_asked()
    if (found := [opening for at in range(len(each.choices)) if (opening := opening_of(each, at)) is not None])
}


class Engine:
    """Takes a job, and runs none."""

    def __init__(self) -> None:
        self.taken: list[tuple] = []

    def submit(self, *job: Any, **_: Any) -> None:
        self.taken.append(job)

    def newest(self, *_: Any) -> None:
        return None


def drawn(app: AppTest) -> str:
    """All that is no control."""
    charts = [each.proto.spec for each in app.get("plotly_chart")]
    tables = [each.value.to_csv() for each in app.dataframe]
    figures = [f"{each.label}: {each.value} {each.delta}" for each in app.metric]
    return "\n".join([said(app), *charts, *tables, *figures])


@pytest.mark.parametrize("question", OPENING, ids=lambda each: f"{each.slug}: {each.part}")
def test_each_answer_that_is_a_setting_opens_its_experiment_in_a_state_of_its_own(question, monkeypatch):
    """Where a run is started, what is started or what is drawn of a run differs: a recorded one here."""
    steps = [step.part for step in steps_of(curriculum.chapter(question.slug))]
    seen = []
    for opening in OPENING[question]:
        stage = {"present": "1", "step": str(steps.index(EXPERIMENT) + 1), "recorded": opening.starts}
        app = open_chapter(question.slug, **opening.query, **stage if opening.starts else {})
        assert not app.exception
        assert not app.error
        assert not refused(app)
        assert not otherwise(app, opening.query)
        seen.append(drawn(app))
        if opening.starts:
            engine = Engine()
            monkeypatch.setattr(jobs, "engine", lambda engine=engine: engine)
            app.button(key=f"{opening.starts}-start").click().run()
            (job,) = engine.taken
            seen[-1] += str(job)
    assert len(set(seen)) == len(seen) > 1
