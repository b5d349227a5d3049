"""Foreign text is shown as it is."""

from __future__ import annotations

import re

import pytest

from lib.ui.kit.text import escape, followed_by, plain


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


@pytest.mark.parametrize(
    ("markdown", "read"),
    [
        ("**Loss 2.1** of :orange[kopi]", "Loss 2.1 of kopi"),
        (":material/check: :green-badge[done] `kv`", "done kv"),
        ("[Hu et al.](https://arxiv.org/abs/2106.09685) found", "Hu et al. found"),
        ("#### You paid 3.7 bits", "You paid 3.7 bits"),
        ("- 2 × 3 * 4 = 24", "2 × 3 * 4 = 24"),
        ("USD\\~3", "USD~3"),
    ],
)
def test_markdown_is_read_as_plain_text(markdown, read):
    assert plain(markdown) == read


@pytest.mark.parametrize("text", ["**bold** [a](b) :red[x]", "C:\\dir <b> $x$", "a_b`c`|~"])
def test_what_was_escaped_comes_out_as_it_was(text):
    assert plain(escape(text)) == text


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("went home", "said the captain went home"),
        (", and left", "said the captain, and left"),
        ("; and left", "said the captain; and left"),
        ("'s son", "said the captain's son"),
        ("'Sir!'", "said the captain 'Sir!'"),
        ('"Well', 'said the captain "Well'),
        ("", "said the captain …"),
    ],
)
def test_an_answer_kept_without_its_space_follows_its_prompt_as_it_was_written(answer, read):
    assert plain(followed_by("said the captain", answer)) == read
