"""Every topic of the lecture has its page, or is named as a gap. The topics were read off the lecture's text."""

from __future__ import annotations

import json

import pytest

from lib import curriculum
from lib.places import ROOT

TOPICS = json.loads((ROOT / "tests" / "data" / "slide_topics.json").read_text(encoding="utf-8"))
GAPS: set[str] = set()
"""Slides of which a topic has no page yet. None may be added; one that is done leaves."""


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: f"{topic['slide']}: {topic['topic']}")
def test_a_topic_has_its_page_or_is_a_named_gap(topic):
    listed = {(each.slide, each.topic): each.slug for each in curriculum.slide_topics()}
    if "gap" in topic:
        assert topic["gap"]
        assert topic["slide"] in GAPS
        assert (topic["slide"], topic["topic"]) not in listed
        return
    assert listed[topic["slide"], topic["topic"]] == topic["page"]
    assert curriculum.chapter(topic["page"]).file.exists()


def test_the_app_lists_no_topic_that_the_lecture_does_not_have():
    told = {(topic["slide"], topic["topic"]) for topic in TOPICS}
    assert {(each.slide, each.topic) for each in curriculum.slide_topics()} <= told


def test_a_gap_that_is_closed_leaves_the_list():
    assert {topic["slide"] for topic in TOPICS if "gap" in topic} == GAPS


def test_a_slide_that_only_names_a_part_opens_its_first_chapter():
    """The lecture's text has two of them: before the memory slides, and before pretraining."""
    assert curriculum.title_slides() == {
        "Memory Requirements": curriculum.COURSE["Memory"][0],
        "Pretraining / Finetuning": curriculum.COURSE["Pretraining and fine-tuning"][0],
    }
