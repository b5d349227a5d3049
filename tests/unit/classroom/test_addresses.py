"""A link for phones leads to an address that a phone can reach."""

from __future__ import annotations

import pytest

from lib.classroom.entering.addresses import join_link, link_for_phones, reachable

HERE = "192.168.1.5"


@pytest.mark.parametrize(
    ("page", "here", "link"),
    [
        ("http://localhost:8501/room?present=1", HERE, "http://192.168.1.5:8501/join?code=KOPIS"),
        ("http://127.0.0.1/room", HERE, "http://192.168.1.5/join?code=KOPIS"),
        ("http://[::1]:8501/room", HERE, "http://192.168.1.5:8501/join?code=KOPIS"),
        ("https://lab.example/course/room", HERE, "https://lab.example/course/join?code=KOPIS"),
        ("http://localhost:8501/room", None, "http://localhost:8501/join?code=KOPIS"),
    ],
)
def test_a_room_is_joined_from_outside(page, here, link):
    assert join_link(page, "KOPIS", here) == link
    assert reachable(link) == (here is not None)


def test_a_phone_leads_a_projector_from_outside():
    link = link_for_phones("http://localhost:8501/presenter?x=1", "presenter", {"follow": "A B"}, HERE)
    assert link == "http://192.168.1.5:8501/presenter?follow=A+B"
