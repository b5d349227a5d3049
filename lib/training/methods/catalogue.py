"""Every method with its paper and its usual learning rate. No torch: pages read these."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.models.catalogue import catalogue
from lib.places import ASSETS
from lib.sources import Source


@dataclass(frozen=True)
class Pace:
    """A method's times over LoRA's."""

    step: float = 1.0
    look: float = 1.0
    """At the held-out texts, and at what it knows besides."""
    answer: float = 1.0


@dataclass(frozen=True)
class Method:
    """A way of making a model better at some texts."""

    name: str
    title: str
    about: str
    source: Source
    knobs: tuple[str, ...] = ()
    """The fields of FineTuningRun that matter most for it."""
    trains: bool = True
    lora: bool = False
    """Whether it is LoRA or a kind of it, with a rank, an alpha, targets and dropout."""
    scaling: str | None = None
    """What its update B A is multiplied by: "alpha/r", "alpha/sqrt(r)", or "1"; None where there is no such update."""
    in_front: bool = False
    """Whether it puts something in front of every text, which must then stand in a row of its own."""
    starts_as_base: bool = True
    """Whether it changes nothing before its first step."""
    own_weights: bool = False
    """Whether it needs a copy of the weights that nobody else reads: it changes them, or training may."""
    precision: str | None = None
    """What the base must be held in; None leaves that to the model and the machine."""
    learning_rate: float = 0.0
    wide_learning_rate: float = 0.0
    pace: Pace = Pace()
    """On the bundled model."""
    wide_pace: Pace = Pace()

    def usual_learning_rate(self, model: str) -> float:
        """A rate at which it learns well: higher for the tiny model, whose weights are small."""
        return self.wide_learning_rate if catalogue()[model].wide else self.learning_rate

    def pace_on(self, model: str) -> Pace:
        """How long its parts take, beside LoRA's on the same model."""
        return self.wide_pace if catalogue()[model].wide else self.pace


@cache
def methods() -> dict[str, Method]:
    """Every method by its name, in the order in which they are offered."""
    cards = json.loads((ASSETS / "training" / "methods.json").read_text(encoding="utf-8"))["methods"]
    return {card["name"]: _method(card) for card in cards}


def _method(card: dict) -> Method:
    fields = {key: value for key, value in card.items() if key not in ("tried", "wide_tried")}
    paces = {name: Pace(**card.get(name, {})) for name in ("pace", "wide_pace")}
    knobs = tuple(card.get("knobs", ()))
    return Method(**{**fields, **paces, "source": Source(**card["source"]), "knobs": knobs})
