"""The form of a column: a method and its two most important knobs, the rest under More."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from lib.errors import StudentError
from lib.training.comparing.comparison import Setting
from lib.training.methods.catalogue import Method, methods
from lib.training.run import SCHEDULES, TARGETS, FineTuningRun
from lib.ui.kit import controls
from lib.ui.kit.problems import problem
from lib.ui.models.choice import own_of
from lib.ui.training.compare.shared import Shared

NONE = "Nothing"
RANKS = [1, 2, 4, 8, 16, 32, 64]
RATES = [1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 2e-3, 3e-3, 1e-2, 1.5e-2, 2e-2, 3e-2, 1e-1, 3e-1, 1.0, 3.0, 10.0, 1e3]
VIRTUAL_TOKENS = [1, 2, 4, 8, 16, 32, 64]
WIDTHS = [1, 4, 8, 16, 32, 64, 128, 256]
OF_LORA = ("lora_alpha", "targets", "lora_dropout")


def column(place: int, usual: str, shared: Shared) -> Setting | None:
    """The controls of one column; None if nothing is chosen, or (saying what is wrong) if it makes no run."""
    titles = {NONE: NONE, **{name: method.title for name, method in methods().items()}}
    about = "  \n".join(f"**{method.title}**: {method.about}" for method in methods().values())
    name = controls.select(f"Setting {place}", titles, usual, key=f"cmp_{place}", help=about)
    return None if name == NONE else setting_of(f"cmp_{place}", methods()[name], shared)


def setting_of(prefix: str, method: Method, shared: Shared) -> Setting | None:
    """The knobs of one method. Each method has its own in the link: what suits one does not suit another."""
    prefix = f"{prefix}_{method.name}" + own_of(shared.model)
    st.caption(method.about)
    chosen = {knob: KNOBS[knob](prefix, method, shared.model) for knob in method.knobs}
    rest = [knob for knob in (*(OF_LORA if method.lora else ()), "lr_scheduler_type") if knob not in method.knobs]
    if method.scaling == "1":
        rest.remove("lora_alpha")
    if method.trains:
        with st.expander("More", icon=":material/tune:"):
            chosen |= {knob: KNOBS[knob](prefix, method, shared.model) for knob in rest}
            st.markdown(f"[{method.source.title}]({method.source.url})")
    chosen |= {"target_modules": TARGETS[chosen.pop("targets")]} if "targets" in chosen else {}
    try:
        return Setting(_label(method, chosen), FineTuningRun(method=method.name, **shared.of_a_run, **chosen))
    except StudentError as error:
        problem(error)
        return None


def _label(method: Method, chosen: dict[str, Any]) -> str:
    """What tells one column from another in a chart."""
    main = {"rank": "r {}", "virtual_tokens": "{} tokens", "bottleneck": "{} wide", "examples": "{} examples"}
    said = [shape.format(chosen[knob]) for knob, shape in main.items() if knob in chosen]
    title = "Few-shot" if method.name == "few_shot" else method.title
    return ", ".join([title, *said])


def _rate(prefix: str, method: Method, model: str) -> float:
    usual = method.usual_learning_rate(model)
    return controls.pick("Learning rate", RATES, usual, key=f"{prefix}_lr", format_func=lambda rate: f"{rate:g}")


def _schedule(prefix: str, *_: object) -> str:
    return controls.select("Learning rate after its peak", list(SCHEDULES), "linear", key=f"{prefix}_schedule")


KNOBS: dict[str, Callable[[str, Method, str], Any]] = {
    "learning_rate": _rate,
    "lr_scheduler_type": _schedule,
    "rank": lambda prefix, *_: controls.pick("Rank r", RANKS, 8, key=f"{prefix}_rank"),
    "lora_alpha": lambda prefix, *_: controls.slider("lora_alpha", 1, 128, 16, key=f"{prefix}_alpha"),
    "targets": lambda prefix, *_: controls.select(
        "Adapters on", list(TARGETS), "All linear layers", key=f"{prefix}_targets"
    ),
    "lora_dropout": lambda prefix, *_: controls.slider("Dropout", 0.0, 0.5, 0.0, key=f"{prefix}_dropout", step=0.05),
    "virtual_tokens": lambda prefix, *_: controls.pick(
        "Positions in front", VIRTUAL_TOKENS, 16, key=f"{prefix}_tokens"
    ),
    "bottleneck": lambda prefix, *_: controls.pick("Width of the bottleneck", WIDTHS, 16, key=f"{prefix}_width"),
    "examples": lambda prefix, *_: controls.slider("Examples in the prompt", 1, 8, 3, key=f"{prefix}_examples"),
}
"""A control for each field of FineTuningRun that a column may set, from its prefix, method and model."""
