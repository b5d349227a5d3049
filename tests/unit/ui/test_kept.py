"""What a browser keeps through a reload, and who is forgotten first where it is large."""

from __future__ import annotations

import pytest

from lib.ui.kit import kept


@pytest.fixture
def browser(monkeypatch):
    """Says who is here."""
    monkeypatch.setattr(kept, "_kept", type(kept._kept)())
    return lambda name: monkeypatch.setattr(kept, "owner", lambda: name)


def test_each_browser_keeps_its_own(browser):
    for name in ("one", "two"):
        browser(name)
        kept.keep("texts", f"of {name}")
    browser("one")
    assert kept.kept("texts") == "of one"
    kept.forget_all()
    assert kept.kept("texts") is None
    browser("two")
    assert kept.kept("texts") == "of two"


def test_of_what_is_large_the_oldest_goes_and_nothing_else_of_that_browser(browser):
    for name in ("one", "two", "three"):
        browser(name)
        kept.keep("choice", name)
        kept.keep("file", name, most=2)
    found = {}
    for name in ("one", "two", "three"):
        browser(name)
        found[name] = kept.kept("choice"), kept.kept("file")
    assert found == {"one": ("one", None), "two": ("two", "two"), "three": ("three", "three")}
