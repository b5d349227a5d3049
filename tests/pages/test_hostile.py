"""Every chapter given what nobody should type, by link and by hand: it says what is wrong, and never breaks.

All controls of a page get a value at once, drawn anew for each round by a seed of its own; over all chapters these are
more than 500 inputs.
"""

from __future__ import annotations

import random

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import NumberInput, TextArea, TextInput, Widget

from lib import curriculum
from tests.hostile import VALUES
from tests.pages.conftest import open_chapter

SLUGS = [chapter.slug for chapter in curriculum.chapters()]
ROUNDS = 3
NUMBERS = (-1e308, -1.0, 0.0, 1e-320, 0.1 + 0.2, 1e9, 1e18, 1e308)


def controls_of(app: AppTest) -> list[Widget]:
    return [
        element
        for element in app.main
        if isinstance(element, Widget) and element.key and not getattr(element, "disabled", False)
    ]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_link_full_of_nonsense_opens_its_page(slug):
    keys = sorted({str(control.key) for control in controls_of(open_chapter(slug))})
    for round_number in range(ROUNDS):
        draw = random.Random(f"{slug} {round_number}")
        app = open_chapter(slug, **{key: draw.choice(VALUES) for key in (*keys, "present", "step", "view")})
        assert not app.exception, (slug, round_number)
        assert app.title or app.markdown


@pytest.mark.parametrize("slug", SLUGS)
def test_nonsense_typed_into_every_box_is_answered(slug):
    app = open_chapter(slug)
    for round_number in range(ROUNDS):
        draw = random.Random(f"{slug} typed {round_number}")
        typed: dict[str, str] = {}
        for box in controls_of(app):
            if isinstance(box, NumberInput):
                box.set_value(draw.choice(NUMBERS))
            elif isinstance(box, TextInput | TextArea):
                typed[str(box.key)] = draw.choice(VALUES)
                box.set_value(typed[str(box.key)])
        app.run()
        assert not app.exception, (slug, round_number, typed)
        assert app.title or app.markdown
