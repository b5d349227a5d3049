"""The course: which chapters there are, in which order, and where each one's words live.

`COURSE` is the only list of chapters. Navigation, the course map, next/previous and the page tests are made
from it. A chapter `x` is a page `pages/x.py` and its words `assets/course/x.json`: title, icon, slide topic,
goals, a prediction to make first, slides put right, questions and sources.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lib.places import ASSETS, ROOT
from lib.sources import Source

WORDS = ASSETS / "course"

COURSE: dict[str, tuple[str, ...]] = {
    "Start": ("home",),
    "Why size matters": ("model_sizes", "scaling_laws"),
    "Memory": ("memory_calculator", "training_dilemma", "kv_cache"),
    "Pretraining and fine-tuning": (
        "ways_of_training",
        "which_way",
        "next_token",
        "pretraining_cost",
        "prompt_formats",
    ),
    "Adapters and prompting": ("adapters", "prompting"),
    "Quantization": ("number_formats", "quantization_lab"),
    "Live LoRA": ("live_lora", "who_taught_it", "canary", "bug_hunt"),
    "Evaluation": (
        "metrics_playground",
        "corpus_metrics",
        "no_one_metric",
        "flask_skills",
        "benchmarks",
        "ability_map",
        "choosing_a_model",
        "contamination",
    ),
    "Alignment": (
        "rank_answers",
        "reward_model",
        "policy",
        "reward_hacking",
        "secret_rule",
        "human_values",
        "toxicity",
        "honesty",
    ),
    "Activity": ("unsloth",),
    "Wrap-up": ("quiz", "cases", "glossary", "references"),
    "Class": ("room", "join"),
}
LOOKED_UP = ("home", "glossary", "references", "room", "join")
"""Pages on which something is found or looked up, and those that need a class: they don't count as progress."""


@dataclass(frozen=True)
class Option:
    """One answer to a question, with why it is right or wrong."""

    text: str
    correct: bool
    why: str
    opens: dict[str, str] = field(default_factory=dict, hash=False)
    """Where it is a setting of the chapter's experiment: what it puts into the chapter's link."""


@dataclass(frozen=True)
class Question:
    """A question with its options; ValueError unless exactly one of them is correct."""

    question: str
    options: tuple[Option, ...]
    also: dict[str, str] = field(default_factory=dict)
    """What the chapter's link has besides, whichever of its settings is opened."""
    starts: str = ""
    """The kind of job that the chapter then starts; none where it answers at once."""

    def __post_init__(self) -> None:
        if sum(option.correct for option in self.options) != 1:
            raise ValueError(f"{self.question!r} must have exactly one correct option")


@dataclass(frozen=True)
class SlideFact:
    """What the slide says, and what is true."""

    slide: str
    fact: str


@dataclass(frozen=True)
class SlideTopic:
    """What a slide of the lecture is about, and the chapter in which it is done."""

    slide: str
    topic: str
    slug: str


@dataclass(frozen=True)
class Chapter:
    """The words of a chapter, from assets/course, and its place in the course."""

    slug: str
    group: str
    title: str
    icon: str
    slide: str
    goals: tuple[str, ...]
    predict: Question | None
    questions: tuple[Question, ...]
    slides: tuple[SlideFact, ...]
    sources: tuple[Source, ...]

    @property
    def file(self) -> Path:
        return ROOT / "pages" / f"{self.slug}.py"

    @property
    def url_path(self) -> str:
        """Where the page is served: the first chapter at the root."""
        return "" if self.slug == "home" else self.slug.replace("_", "-")


@cache
def chapter(slug: str) -> Chapter:
    """The chapter named `slug`; KeyError if the course has none."""
    group = next((group for group, slugs in COURSE.items() if slug in slugs), None)
    if group is None:
        raise KeyError(slug)
    words = json.loads((WORDS / f"{slug}.json").read_text(encoding="utf-8"))
    return Chapter(
        slug=slug,
        group=group,
        title=words["title"],
        icon=words["icon"],
        slide=words["slide"],
        goals=tuple(words["goals"]),
        predict=_question(words["predict"]) if "predict" in words else None,
        questions=tuple(_question(question) for question in words.get("questions", ())),
        slides=tuple(SlideFact(**fact) for fact in words.get("slides", ())),
        sources=tuple(Source(**source) for source in words.get("sources", ())),
    )


def chapters() -> tuple[Chapter, ...]:
    """Every chapter in the order of the course."""
    return tuple(chapter(slug) for slugs in COURSE.values() for slug in slugs)


@cache
def slide_topics() -> tuple[SlideTopic, ...]:
    """What each slide is about, in the lecture's order."""
    return tuple(
        SlideTopic(slide["slide"], each["topic"], each["page"]) for slide in _slides() for each in slide["topics"]
    )


def title_slides() -> dict[str, str]:
    """Slides that only name the part they begin, each with the chapter it opens."""
    return {slide["slide"]: slide["opens"] for slide in _slides() if "opens" in slide}


@cache
def about_group(group: str) -> str:
    """What a group of chapters is about, in a sentence."""
    return json.loads((ASSETS / "lesson" / "groups.json").read_text(encoding="utf-8"))[group]


def neighbours(slug: str) -> tuple[Chapter | None, Chapter | None]:
    """The chapters before and after `slug`; None at either end."""
    slugs = [each.slug for each in chapters()]
    position = slugs.index(slug)
    before = chapter(slugs[position - 1]) if position > 0 else None
    after = chapter(slugs[position + 1]) if position + 1 < len(slugs) else None
    return before, after


@cache
def _slides() -> list[dict]:
    return json.loads((ASSETS / "lesson" / "slides.json").read_text(encoding="utf-8"))


def _question(words: dict) -> Question:
    return Question(**{**words, "options": tuple(Option(**option) for option in words["options"])})
