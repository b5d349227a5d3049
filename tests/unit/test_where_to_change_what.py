"""The README's table of where to change what, held against the folders that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lib.places import ROOT

TABLE = (ROOT / "README.md").read_text(encoding="utf-8").split("| to change | go to |")[1].split("\n\n")[0]
ROWS = [line.strip("| ").split(" | ")[1] for line in TABLE.splitlines() if " | " in line and "---" not in line]
PLACE = re.compile(r"`([\w.<>/-]+[/.][\w.<>/-]*)`")
DOMAINS = sorted(folder.parent for folder in (ROOT / "lib").glob("*/__init__.py"))


def places(row: str) -> dict[str, set[Path]]:
    """What each path in a row leads to. One without `lib/` before it lies in the folder that was named last so, or in
    the one named just before."""
    found: dict[str, set[Path]] = {}
    within = before = ROOT
    for name in PLACE.findall(row):
        pattern = re.sub(r"<\w+>", "*", name).rstrip("/")
        if (ROOT / pattern.split("/")[0]).exists():
            found[name] = set(ROOT.glob(pattern))
            within = before = max(found[name], default=ROOT)
        elif inside := set(within.glob(pattern)):
            found[name], before = inside, max(inside)
        else:
            found[name] = set(before.glob(pattern))
    return found


NAMED = {place for row in ROWS for found in places(row).values() for place in found}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_leads_somewhere(row):
    assert places(row)
    assert not [name for name, found in places(row).items() if not found]


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_of_a_domain_all_rooms_are_on_the_table_or_none(domain):
    """None: the row of the domain as a whole says what is in it."""
    assert [place for place in NAMED if place.is_relative_to(domain)]
    rooms = {room.parent for room in domain.glob("*/__init__.py")}
    seen = {room for room in rooms if any(place.is_relative_to(room) for place in NAMED)}
    assert seen in (rooms, set())


def test_no_folder_at_the_top_is_left_out():
    top = {file.parent.name for file in ROOT.glob("*/__init__.py")} | {"assets", "deploy", "pages"}
    assert {place.relative_to(ROOT).parts[0] for place in NAMED} >= top - {"tests"}, "of tests CONTRIBUTING tells"
