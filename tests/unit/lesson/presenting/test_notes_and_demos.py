"""Notes for every chapter, a demo for every topic of the slides, recorded runs that come back as they were."""

from __future__ import annotations

import json
import math
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from lib import curriculum
from lib.engine import JobState
from lib.engine.recording import decoded, encoded
from lib.lesson.presenting.demos import demos, demos_of, runs_of_pages
from lib.lesson.presenting.leading import Stage
from lib.lesson.presenting.notes import notes
from lib.lesson.presenting.recorded import FOLDER, SUFFIX, kind_of, recorded_kinds, recorded_names, recording


def test_every_chapter_has_notes_and_no_other():
    assert list(notes()) == [chapter.slug for chapter in curriculum.chapters()]


@pytest.mark.parametrize("chapter", curriculum.chapters(), ids=lambda chapter: chapter.slug)
def test_notes_say_what_to_say_to_click_and_what_goes_wrong(chapter):
    told = notes()[chapter.slug]
    assert 1 <= told.minutes <= 20
    assert {"goals", "experiment"} <= set(told.say)
    assert ("predict" in told.say) == (chapter.predict is not None)
    assert told.wrong
    assert told.click or demos_of(chapter.slug)


def test_every_topic_has_its_demo_in_the_lecture_s_order():
    assert [(demo.slide, demo.topic, demo.slug) for demo in demos()] == [
        (topic.slide, topic.topic, topic.slug) for topic in curriculum.slide_topics()
    ]
    assert all(1 <= demo.minutes <= 5 and demo.do for demo in demos())


@pytest.mark.parametrize("demo", demos(), ids=lambda demo: demo.topic)
def test_a_link_carries_its_state(demo):
    link = urlsplit(demo.link_on_stage)
    asked = {key: values[0] for key, values in parse_qs(link.query, strict_parsing=True).items()}
    shown = {"recorded": demo.recorded} if demo.recorded else {}
    assert asked == {**demo.query, **shown, "present": "1", "step": str(demo.place + 1)}
    assert link.path == demo.chapter.url_path
    assert "recorded" not in urlsplit(demo.link).query


def test_a_recorded_run_that_a_link_shows_is_here():
    assert {demo.recorded for demo in demos()} - {None} <= recorded_names()


def test_what_is_recorded_is_a_demo_s_run():
    assert {"lora", "lora-compare", "quantization", "next-token", "dpo", "reward-model"} <= recorded_kinds()
    assert recorded_names() == {name for page in runs_of_pages() for name in page.kinds}


@pytest.mark.parametrize("name", sorted(recorded_names()))
def test_a_recording_is_small_dated_and_comes_back_as_it_was(name):
    told = recording(name)
    assert (FOLDER / f"{name}{SUFFIX}").stat().st_size < 2_000_000
    assert told.kind == kind_of(name)
    assert told.events
    assert told.elapsed_s > 0
    assert told.device
    assert told.date
    assert told.versions["torch"]
    assert encoded(decoded(encoded(told.events))) == encoded(told.events)


def test_what_json_has_no_form_for_comes_back():
    value = (1, 2.5, None, b"\x00\xff", {"a": (True,), 3: [JobState.DONE]}, float("-inf"), Stage("kv_cache", 2))
    assert decoded(json.loads(json.dumps(encoded(value)))) == value
    numbers = np.arange(6, dtype=np.float16).reshape(2, 3)
    again = decoded(json.loads(json.dumps(encoded(numbers))))
    assert again.dtype == numbers.dtype
    assert (again == numbers).all()
    assert math.isnan(decoded(encoded(math.nan)))


def test_a_recording_makes_objects_of_this_app_only():
    for of in ("os:system", "subprocess:Popen", "builtins:eval", "libother:X"):
        with pytest.raises(ValueError, match="no class"):
            decoded({"of": of, "has": {}})
    with pytest.raises(ValueError, match="no dataclass"):
        decoded({"of": "lib.engine.recording:Any", "has": {}})
    with pytest.raises(TypeError):
        encoded(object())
