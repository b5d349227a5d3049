"""Bug hunt through AppTest: hostile links first, then a case run, diagnosed wrongly and rightly, and repaired."""

from __future__ import annotations

import re

import pytest

from lib.training.faults.cases import cases
from tests.faults import BY_KEY
from tests.pages.conftest import open_chapter, refused, start_and_finish


@pytest.mark.parametrize("query", [{"bug_seed": "1e999"}, {"bug_case": "99"}], ids=lambda query: next(iter(query)))
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("bug_hunt", **query)
    assert not app.exception
    (key,) = query
    assert key in refused(app)


@pytest.mark.usefixtures("tiny_worker")
def test_a_case_is_diagnosed_before_the_page_tells():
    fault = BY_KEY["dead_half"]
    app = open_chapter("bug_hunt", bug_case=str(cases(0).index(fault) + 1))
    assert not any("held-out" in each.value for each in app.success)
    start_and_finish(app, "Run the case")
    assert not app.exception
    assert fault.shown_by not in " ".join(each.value for each in app.markdown)
    diagnosis = app.radio(key="bug-dead_half-cause")
    diagnosis.set_value(BY_KEY["rate_too_low"].cause).run()
    assert any("The evidence does not say that" in each.value for each in app.warning)
    assert not any(each.label == "Run again" for each in app.button)
    app.radio(key="bug-dead_half-cause").set_value(fault.cause).run()
    assert any(fault.shown_by in each.value for each in app.success)
    assert any("largest gradient **0**" in each.value for each in app.markdown)
    assert any("1 of 10 found, 0 repaired" in each.value for each in app.markdown)
    start_and_finish(app, "Run again")
    assert any("Not repaired yet" in each.value for each in app.warning)


def test_a_repair_is_told_with_the_numbers_that_decide_it():
    """The lowest loss too: a run that ended 5% above it has turned up."""
    fault = BY_KEY["diverge"]
    app = open_chapter("bug_hunt", bug_case=str(cases(0).index(fault) + 1), bug_diverge_0="1e-06")
    start_and_finish(app, "Run the case")
    app.radio(key="bug-diverge-cause").set_value(fault.cause).run()
    assert any("at first, and none at last, because it broke off" in each.value for each in app.markdown)
    start_and_finish(app, "Run again")
    (told,) = (each.value for each in app.warning if each.value.startswith("Not repaired yet"))
    assert re.search(r"held-out loss \*\*\S+\*\* at first, \*\*\S+\*\* at best, \*\*\S+\*\* at last", told)
    assert fault.wanted in told
