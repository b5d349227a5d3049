"""Language models by month: parameters, tokens, open or not; who grew and who shrank.

What a maker has not disclosed is None here, and never an estimate.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median

from lib.lesson.scaling.errors import ScalingError
from lib.places import ASSETS
from lib.sources import Source

FACTS = ASSETS / "lesson" / "landscape.json"
CHINCHILLA_RATIO = 20.0
"""Tokens per parameter of Chinchilla, 1.4 trillion over 70 billion (Hoffmann et al. 2022, arXiv 2203.15556)."""


@dataclass(frozen=True)
class LanguageModel:
    """A pretrained model as its own source describes it."""

    name: str
    organisation: str
    released: str
    """Year and month, "2020-05"."""
    parameters: int | None
    active_parameters: int | None
    """That work on each token: all of a dense model's, a part of a mixture of experts'."""
    moe: bool | None
    """Whether it is a mixture of experts."""
    tokens: int | None
    """Read in pretraining."""
    open_weights: bool
    named: bool
    """Whether a chart of all models names it."""
    note: str | None
    source: Source

    @property
    def year(self) -> int:
        return int(self.released[:4])

    @property
    def month(self) -> float:
        """Years with the month as a fraction, for an axis of time."""
        return self.year + (int(self.released[5:7]) - 0.5) / 12

    @property
    def tokens_per_parameter(self) -> float | None:
        """Of those that work on a token; None where either is not disclosed."""
        return self.tokens / self.active_parameters if self.tokens and self.active_parameters else None

    @property
    def training_flops(self) -> float | None:
        """6 · active parameters · tokens (Kaplan et al. 2020, arXiv 2001.08361, section 2.1)."""
        return 6.0 * self.active_parameters * self.tokens if self.tokens and self.active_parameters else None


@dataclass(frozen=True)
class Wanted:
    """Which models are looked at."""

    first_year: int
    last_year: int
    openness: str = "all"
    """"all", "open" or "closed"."""
    kind: str = "all"
    """"all", "dense" or "moe"; with either of the latter, a model that does not say is left out."""
    organisation: str | None = None

    def __post_init__(self) -> None:
        if self.first_year > self.last_year:
            raise ScalingError(f"The years must run forwards; {self.first_year} is after {self.last_year}.")

    def takes(self, model: LanguageModel) -> bool:
        return (
            self.first_year <= model.year <= self.last_year
            and (self.openness == "all" or model.open_weights == (self.openness == "open"))
            and (self.kind == "all" or model.moe is (self.kind == "moe"))
            and self.organisation in (None, model.organisation)
        )


@cache
def landscape() -> tuple[LanguageModel, ...]:
    """Every model, oldest first."""
    rows = json.loads(FACTS.read_text(encoding="utf-8"))["models"]
    return tuple(LanguageModel(**{**row, "source": Source(**row["source"])}) for row in rows)


def model_named(name: str) -> LanguageModel:
    """KeyError if there is none."""
    found = {each.name: each for each in landscape()}
    return found[name]


def chosen(wanted: Wanted) -> tuple[LanguageModel, ...]:
    return tuple(each for each in landscape() if wanted.takes(each))


def organisations() -> tuple[str, ...]:
    """Those with the most models first."""
    names = [each.organisation for each in landscape()]
    return tuple(sorted(set(names), key=lambda name: (-names.count(name), name)))


@dataclass(frozen=True)
class Year:
    """The models of one year, by medians over those that disclose."""

    year: int
    models: int
    disclosed: int
    """Of them, those that say how many parameters they have."""
    median_parameters: float | None
    median_active: float | None
    median_tokens: float | None
    median_ratio: float | None
    """Tokens per active parameter."""
    largest: LanguageModel | None


def by_year(models: Iterable[LanguageModel]) -> tuple[Year, ...]:
    years: dict[int, list[LanguageModel]] = {}
    for each in models:
        years.setdefault(each.year, []).append(each)
    return tuple(_year(year, years[year]) for year in sorted(years))


@dataclass(frozen=True)
class Move:
    """How an organisation's largest disclosed model changed from its first to its newest year in view."""

    organisation: str
    first: LanguageModel
    newest: LanguageModel
    peak: LanguageModel
    """The largest of all its years."""

    @property
    def since_peak(self) -> float:
        """The newest over the largest ever."""
        return self.newest.parameters / self.peak.parameters

    @property
    def total_times(self) -> float:
        return self.newest.parameters / self.first.parameters

    @property
    def active_times(self) -> float | None:
        if self.newest.active_parameters is None or self.first.active_parameters is None:
            return None
        return self.newest.active_parameters / self.first.active_parameters


def moves(models: Sequence[LanguageModel]) -> tuple[Move, ...]:
    """Of each organisation with disclosed sizes in two years or more; who grew most first."""
    found = []
    for name in {each.organisation for each in models}:
        mine = [each for each in models if each.organisation == name and each.parameters]
        years = sorted({each.year for each in mine})
        if len(years) > 1:
            first, newest = (_largest(each for each in mine if each.year == year) for year in (years[0], years[-1]))
            found.append(Move(name, first, newest, _largest(mine)))
    return tuple(sorted(found, key=lambda move: (-move.total_times, move.organisation)))


def undertrained(models: Iterable[LanguageModel]) -> tuple[int, int]:
    """(Those with fewer than 20 tokens per active parameter, those that disclose both)."""
    ratios = [each.tokens_per_parameter for each in models if each.tokens_per_parameter is not None]
    return sum(ratio < CHINCHILLA_RATIO * 0.99 for ratio in ratios), len(ratios)


def _year(year: int, models: list[LanguageModel]) -> Year:
    sized = [each for each in models if each.parameters]
    return Year(
        year=year,
        models=len(models),
        disclosed=len(sized),
        median_parameters=_median(each.parameters for each in sized),
        median_active=_median(each.active_parameters for each in sized),
        median_tokens=_median(each.tokens for each in models),
        median_ratio=_median(each.tokens_per_parameter for each in models),
        largest=_largest(sized),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None


def _largest(models: Iterable[LanguageModel]) -> LanguageModel | None:
    return max(models, key=lambda each: each.parameters, default=None)
