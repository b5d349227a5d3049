"""The references as a student uses them."""

from __future__ import annotations

import re

from lib import curriculum
from lib.lesson.references.works import LECTURE, find, references
from tests.pages.conftest import open_chapter, refused


def shown(app) -> str:
    return "\n".join(each.value for each in app.markdown).replace("\\", "")


def titles(app) -> list[str]:
    return re.findall(r"^\*\*(?!\d+ of|Predict|You will|\d\.)(.+?)\*\*", shown(app), re.MULTILINE)


def test_hostile_values_in_a_link_find_nothing_and_say_so():
    app = open_chapter("references", rf_words="**x** [y](javascript:z)", rf_kind="?", rf_page="-3", rf_chapter="<b>")
    assert not app.exception
    assert "Nothing here matches" in shown(app)
    assert len(refused(app)) == 2
    assert "javascript:" not in shown(app)


def test_the_lecture_s_come_first_and_a_page_after_the_last_is_the_last():
    app = open_chapter("references")
    assert f"**{len(references())} of {len(references())} references**" in shown(app)
    assert references()[0].title in titles(app)
    app.number_input(key="rf_page").set_value(35.0).run()
    assert not app.exception
    assert "this is page 35" in shown(app)
    app.button_group(key="rf_kind").set_value(LECTURE).run()
    assert not app.exception
    assert "this is page 3" in shown(app)
    assert find(kind=LECTURE)[-1].title in titles(app)


def test_a_search_leads_to_the_chapters_in_which_a_work_is_used():
    app = open_chapter("references", rf_words="pagedattention")
    links = [each.proto.label for each in app.get("page_link")]
    assert curriculum.chapter("kv_cache").title in links
    assert "arxiv" in shown(app)


def test_one_chapter_s_references_are_its_sources_and_more():
    words = curriculum.chapter("reward_model")
    app = open_chapter("references", rf_chapter=words.title)
    assert not app.exception
    found = find(slug="reward_model")
    assert {each.url for each in words.sources} <= {each.url for each in found}
    assert f"**{len(found)} of" in shown(app)
