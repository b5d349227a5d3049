"""Foreign text is shown as it is."""

from __future__ import annotations

import re

import pytest

from lib.ui.kit.text import escape


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "**bold**",
        "$x^2$",
        ":red[x]",
        ":material/home:",
        "[a](javascript:b)",
        "`code`",
        "# h",
    ],
)
def test_nothing_in_it_is_markup(text):
    escaped = escape(text)
    assert not set(re.sub(r"\\.", "", escaped)) & set(r"\`*_[]<>#$|~:")
    assert re.sub(r"\\(.)", r"\1", escaped) == text


def test_plain_words_stay():
    assert escape("Kopi O Kosong, 2 cups.") == "Kopi O Kosong, 2 cups."
