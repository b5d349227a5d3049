"""The cases: what is to be decided, options with reasons, what speaks against, the pages that decide it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from lib.curriculum import COURSE, Option, Question
from lib.places import ASSETS


@dataclass(frozen=True)
class PageLink:
    """A page that helps to decide, in the state that the link asks for."""

    slug: str
    label: str
    query: Mapping[str, str] = field(default_factory=dict)
    solves: bool = False
    """It shows the solution, so it is for after the decision."""


@dataclass(frozen=True)
class Case:
    """A transfer task: a story, the decision asked for, and the pages that help with it."""

    id: str
    group: str
    """The group of chapters it closes."""
    title: str
    story: str
    asked: Question
    against: str
    pages: tuple[PageLink, ...]

    @property
    def label(self) -> str:
        """How it is chosen, and asked for in a link."""
        return f"{self.title} ({self.group})"


@cache
def cases() -> dict[str, Case]:
    """Every case by its id, in the order of the course."""
    told = json.loads((ASSETS / "lesson" / "cases.json").read_text(encoding="utf-8"))
    return {row["id"]: _case(row) for row in told}


def case_after(slug: str) -> Case | None:
    """The case of a group of chapters, where `slug` is the group's last."""
    return next((case for case in cases().values() if COURSE[case.group][-1] == slug), None)


def _case(row: dict) -> Case:
    asked = Question(row["question"], tuple(Option(**option) for option in row["options"]))
    pages = tuple(PageLink(**page) for page in row["pages"])
    return Case(row["id"], row["group"], row["title"], row["story"], asked, row["against"], pages)
