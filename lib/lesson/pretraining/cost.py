"""What pretraining costs: FLOPs, GPU hours, money, energy, carbon, water.

FLOPs = 6 · parameters · tokens: 2 for each weight in the forward pass (multiply, add) and 4 in the backward one
(Kaplan et al. 2020, arXiv 2001.08361, section 2.1). It leaves out attention over long contexts, and recomputation.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cache

from lib.lesson.pretraining.errors import PretrainingError
from lib.places import ASSETS, BUNDLED_MODEL
from lib.sources import Source

FACTS = ASSETS / "lesson" / "pretraining_cost.json"
BUNDLED = "The bundled model"
ASSUMPTIONS = ("utilization", "usd_per_hour", "parameters", "tokens", "peak_tflops")
"""What the price depends on."""


@dataclass(frozen=True)
class Accelerator:
    """A GPU as its datasheet and published prices have it, with the range of each that sources give."""

    name: str
    peak_tflops: float
    """In 16 bits, dense."""
    power_w: float
    power_low_w: float
    power_high_w: float
    power_note: str
    usd_per_hour: float
    usd_low: float
    usd_high: float
    price_note: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Range:
    """Where published values of an assumption lie."""

    low: float
    high: float
    note: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Pretraining:
    """A model's pretraining and what is assumed about it."""

    parameters: float
    tokens: float
    peak_tflops: float
    utilization: float
    """Useful FLOPs over the peak."""
    usd_per_hour: float
    power_w: float
    """Of one accelerator with its share of the host."""
    pue: float
    """Energy of the building over that of its computers."""
    carbon_kg_per_kwh: float
    water_l_per_kwh: float
    """Evaporated at the site, per kWh of the computers."""
    grid_water_l_per_kwh: float
    """Consumed where the electricity is made, per kWh."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not (math.isfinite(value) and value >= 0):
                raise PretrainingError(f"{name} = {value} must be a number of 0 or more.")
        for name in ("parameters", "tokens", "peak_tflops"):
            if getattr(self, name) == 0:
                raise PretrainingError(f"{name} must be more than 0.")
        if not 0 < self.utilization <= 1:
            raise PretrainingError(f"Utilization = {self.utilization:g} must be more than 0 and at most 1 (100%).")
        if self.pue < 1:
            raise PretrainingError(f"PUE = {self.pue:g} must be 1 or more: no building uses less than its computers.")

    @property
    def flops(self) -> float:
        """6 · N · D."""
        return 6 * self.parameters * self.tokens

    @property
    def gpu_hours(self) -> float:
        """FLOPs / (peak · utilization) / 3600."""
        return self.flops / (self.peak_tflops * 1e12 * self.utilization) / 3600

    @property
    def usd(self) -> float:
        return self.gpu_hours * self.usd_per_hour

    @property
    def it_energy_kwh(self) -> float:
        """Of the computers alone."""
        return self.gpu_hours * self.power_w / 1000

    @property
    def energy_kwh(self) -> float:
        """Of the building."""
        return self.it_energy_kwh * self.pue

    @property
    def carbon_kg(self) -> float:
        return self.energy_kwh * self.carbon_kg_per_kwh

    @property
    def site_water_l(self) -> float:
        return self.it_energy_kwh * self.water_l_per_kwh

    @property
    def grid_water_l(self) -> float:
        return self.energy_kwh * self.grid_water_l_per_kwh

    @property
    def water_l(self) -> float:
        """At the site and where the electricity is made."""
        return self.site_water_l + self.grid_water_l

    def needed_for(self, usd: float, assumption: str) -> float | None:
        """The value of one assumption, all others as they are, at which the price is `usd`; None where there is none.

        Price is in proportion to parameters, tokens and hourly price, and inversely to utilization and peak.
        """
        if usd <= 0 or self.usd <= 0:
            return None
        ratio = usd / self.usd
        now = getattr(self, assumption)
        value = now / ratio if assumption in ("utilization", "peak_tflops") else now * ratio
        return None if assumption == "utilization" and value > 1 else value


@dataclass(frozen=True)
class Preset:
    """A model whose pretraining is known, with what was published about it."""

    name: str
    note: str
    accelerator: str
    pretraining: Pretraining
    published: dict[str, float]
    sources: tuple[Source, ...]


@cache
def accelerators() -> dict[str, Accelerator]:
    return {row["name"]: Accelerator(**{**row, "sources": _sources(row)}) for row in _facts()["accelerators"]}


@cache
def ranges() -> dict[str, Range]:
    """Of each assumption that has one."""
    return {
        name: Range(row["low"], row["high"], row["note"], _sources(row)) for name, row in _facts()["ranges"].items()
    }


@cache
def presets() -> dict[str, Preset]:
    """Models by name; the last is the bundled one, as its own pretraining says."""
    rows = [*_facts()["models"], _bundled()]
    return {row["name"]: _preset(row) for row in rows}


def slide_model() -> str:
    """The preset that the slide names a price for."""
    return _facts()["slide"]["model"]


def slide_usd() -> float:
    """What the slide gives for it."""
    return _facts()["slide"]["usd"]


def price_range(pretraining: Pretraining, accelerator: Accelerator) -> tuple[float, float]:
    """Price at the best and at the worst published utilization and hourly price, all else as it is."""
    known = ranges()["utilization"]
    low = replace(pretraining, utilization=known.high, usd_per_hour=accelerator.usd_low)
    high = replace(pretraining, utilization=known.low, usd_per_hour=accelerator.usd_high)
    return min(low.usd, pretraining.usd), max(high.usd, pretraining.usd)


def carbon_range(pretraining: Pretraining, accelerator: Accelerator) -> tuple[float, float]:
    """Carbon in kg at the best and worst published utilization, power, PUE and grid."""
    known = ranges()

    def at(end: str, utilization: float, power_w: float) -> Pretraining:
        return replace(
            pretraining,
            utilization=utilization,
            power_w=power_w,
            pue=getattr(known["pue"], end),
            carbon_kg_per_kwh=getattr(known["carbon_kg_per_kwh"], end),
        )

    low = at("low", known["utilization"].high, accelerator.power_low_w).carbon_kg
    high = at("high", known["utilization"].low, accelerator.power_high_w).carbon_kg
    return min(low, pretraining.carbon_kg), max(high, pretraining.carbon_kg)


def water_range(pretraining: Pretraining) -> tuple[float, float]:
    """Litres at the site and the power plants together, by the least and the most that was published of both."""
    known = ranges()
    low, high = (
        replace(
            pretraining,
            water_l_per_kwh=getattr(known["water_l_per_kwh"], end),
            grid_water_l_per_kwh=getattr(known["grid_water_l_per_kwh"], end),
        ).water_l
        for end in ("low", "high")
    )
    return min(low, pretraining.water_l), max(high, pretraining.water_l)


def _preset(row: dict) -> Preset:
    card, known = accelerators()[row["accelerator"]], _facts()["ranges"]
    pretraining = Pretraining(
        parameters=row["parameters"],
        tokens=row["tokens"],
        peak_tflops=card.peak_tflops,
        utilization=row["utilization"],
        usd_per_hour=card.usd_per_hour,
        power_w=card.power_w,
        pue=row["pue"],
        carbon_kg_per_kwh=row["carbon_kg_per_kwh"],
        water_l_per_kwh=known["water_l_per_kwh"]["value"],
        grid_water_l_per_kwh=known["grid_water_l_per_kwh"]["value"],
    )
    return Preset(row["name"], row["note"], card.name, pretraining, row["published"], _sources(row))


def _bundled() -> dict:
    """The bundled model from its own pretraining.json."""
    told = json.loads((BUNDLED_MODEL / "pretraining.json").read_text(encoding="utf-8"))
    return {
        "name": BUNDLED,
        "parameters": told["parameters"],
        "tokens": told["training_tokens_seen"],
        "accelerator": "V100",
        "utilization": 0.1968,
        "pue": 1.1,
        "carbon_kg_per_kwh": 0.429,
        "note": (
            f"It read {told['training_tokens_seen']:,} tokens of {len(told['training_books'])} books in "
            f"{told['recipe']['steps']:,} steps, on a processor, and how long that took was not recorded. "
            "The figures are those of one V100 used as well as GPT-3's were."
        ),
        "published": {},
        "sources": [],
    }


@cache
def _facts() -> dict:
    return json.loads(FACTS.read_text(encoding="utf-8"))


def _sources(row: dict) -> tuple[Source, ...]:
    return tuple(Source(**source) for source in row["sources"])
