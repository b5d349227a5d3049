"""A case as a student decides it."""

from __future__ import annotations

import pytest

from lib.lesson.cases.stories import cases
from lib.lesson.cases.working import figures
from tests.pages.conftest import button, open_chapter, press, refused


def test_the_solution_opens_only_after_a_decision():
    clinic = cases()["clinic"]
    app = open_chapter("cases", cs_case=f"{clinic.title} ({clinic.group})")
    assert not app.exception
    computed = [each.value for each in figures("clinic")]
    assert not [each for each in app.markdown if computed[0] in each.value]
    assert button(app, "That is my decision").disabled, "nothing was chosen"
    assert not [each for each in app.markdown if "does not fit" in each.value]
    wrong = next(option for option in clinic.asked.options if not option.correct)
    app.radio(key="cs_clinic").set_value(wrong.text).run()
    press(app, "That is my decision")
    assert any(wrong.why in each.value for each in app.warning)
    for value in computed:
        assert any(value in each.value for each in app.markdown)
    press(app, "Decide again")
    assert app.radio(key="cs_clinic").value is None or not app.warning


LINKS = {f"{case.id}: {link.label}": link for case in cases().values() for link in case.pages}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_every_link_of_a_case_opens_its_page_in_the_state_that_it_asks_for(link):
    assert link.query, "a link to a page as it is by itself says nothing of the case"
    app = open_chapter(link.slug, **link.query)
    assert not app.exception
    assert not refused(app)
    for key, asked in link.query.items():
        assert key in app.session_state, f"no control of {link.slug} goes by {key}"
        _, shown = app.session_state["notes"].settings[key]
        assert shown.replace(",", "") == {"true": "on", "false": "off"}.get(asked, asked.replace(",", ""))


def test_an_unknown_case_in_a_link_falls_back():
    app = open_chapter("cases", cs_case="<b>none</b>")
    assert not app.exception
    assert app.header[0].value == next(iter(cases().values())).title


@pytest.mark.parametrize(("id", "line"), [("clinic", "QLoRA"), ("office", "Weights in 4 bits")])
def test_the_calculator_opens_with_the_solution_and_fits(id, line):
    link = next(link for link in cases()[id].pages if link.solves)
    app = open_chapter(link.slug, **link.query)
    assert not app.exception
    assert not refused(app)
    solved = next(each.value for each in figures(id) if each.what.startswith(line))
    assert f"Fits: {solved}" in app.get("plotly_chart")[0].proto.spec.replace("<br>", " ")


@pytest.mark.parametrize("id", ["clinic", "office"])
def test_the_calculator_before_the_decision_gives_nothing_away(id):
    link = next(link for link in cases()[id].pages if link.query and not link.solves)
    app = open_chapter(link.slug, **link.query)
    assert not refused(app)
    assert "Does not fit" in app.get("plotly_chart")[0].proto.spec.replace("<br>", " ")
