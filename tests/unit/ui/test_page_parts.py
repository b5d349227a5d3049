"""Fails when an upgrade of Streamlit renames a part of a page that a script or a style of ours looks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit

from lib.ui.kit.presenting import looks, page_parts, screens

SELECTORS = {name: value for name, value in vars(page_parts).items() if name.isupper()}
MARK = re.compile(r'data-(?:testid|variant)\^?="(\w+)')


@pytest.fixture(scope="module")
def sent_to_a_browser() -> str:
    files = Path(streamlit.__file__).parent.joinpath("static", "static", "js").glob("*.js")
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("name", SELECTORS)
def test_streamlit_marks_it(name, sent_to_a_browser):
    (mark,) = MARK.findall(SELECTORS[name])
    assert re.search(rf"[\"'`]{mark}[\"'`$-]", sent_to_a_browser)


def test_the_projector_finds_its_parts_by_these():
    assert '[data-testid=\\"stMain\\"]' in screens.MARKS
    assert f"{page_parts.ELEMENT} {page_parts.CHART}" in looks.POINT_FIRST
