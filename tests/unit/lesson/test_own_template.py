"""A pasted template in a process of its own: what it writes, and that none goes on for ever."""

from __future__ import annotations

import pytest

from lib.lesson.prompt_formats import own_template
from lib.lesson.prompt_formats.conversation import USER, Conversation, Turn
from lib.lesson.prompt_formats.errors import FormatError, TemplateError
from lib.lesson.prompt_formats.own_template import OwnTemplate, render_own

TALK = Conversation((Turn(USER, "日本 \u202e\ud83d <b>"),))


def written(template: str):
    return next(render_own(OwnTemplate(template, TALK, bos_token="<s>")))


def test_any_script_passes_through():
    assert written("{{ bos_token }}{{ messages[0].content }}é").text == "<s>日本 \u202e\ud83d <b>é"


def test_what_is_too_long_is_cut_and_counted():
    found = written("{{ 'ab' * 50000 }}")
    assert (len(found.text), found.cut) == (40_000, 60_000)


def test_an_error_names_its_line():
    with pytest.raises(TemplateError, match="Line 2 of the template: No such turn"):
        written("a\n{{ raise_exception('No such turn') }}")


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ 'a' * 10 ** 12 }}",
    ],
)
def test_a_template_without_an_end_is_ended(template, monkeypatch):
    monkeypatch.setattr(own_template, "SECONDS", 2)
    with pytest.raises(TemplateError, match=r"did not end|was ended|memory"):
        written(template)


@pytest.mark.parametrize(
    "template", ["{% include '/etc/passwd' %}", "{% extends 'x' %}", "{% import '/etc/hosts' as x %}"]
)
def test_no_file_is_opened(template):
    with pytest.raises(TemplateError, match="cannot take in another file"):
        written(template)


def test_an_empty_or_huge_template_is_refused():
    with pytest.raises(FormatError, match="empty"):
        OwnTemplate(" \n", TALK)
    with pytest.raises(FormatError, match="20,000 characters"):
        OwnTemplate("x" * 20_001, TALK)
