"""Choosing an adapter: by buttons, or by a click into the drawing; both say the same."""

from __future__ import annotations

import streamlit as st

from lib.lesson.adapters.anatomy import Adapter, possible_places, refuse_impossible, usual_places
from lib.lesson.adapters.kinds import kinds
from lib.memory import Architecture
from lib.ui.kit import controls
from lib.ui.memory.choosing.architecture_picker import choose_architecture

DRAWING, KIND, LAST = "ad_drawing", "ad_kind", "ad_last_click"
SIZES = {
    "Rank r": [1, 2, 4, 8, 16, 32, 64, 128, 256],
    "Width m": [8, 16, 32, 64, 128, 256, 512],
    "Virtual tokens": [1, 2, 5, 10, 16, 20, 32, 64, 100, 200],
}
TITLES = {"attention": "attention", "mlp": "MLP", "cache": "the cache", "input": "the input"}


def choose_adapter() -> Adapter:
    """The chosen adapter. Raises a StudentError for one that cannot be."""
    architecture = choose_architecture("Llama-3.1-8B", key="ad_model")
    titles = {name: kind.title for name, kind in kinds().items()}
    kind = controls.segmented("What is added", titles, "lora", key=KIND)
    card = kinds()[kind]
    st.session_state["ad_architecture"] = architecture
    refuse_impossible(architecture, kind)
    size = card.usual_size
    if card.sized:
        size = controls.pick(card.size, SIZES[card.size], card.usual_size, key=f"ad_size_{kind}")
    return Adapter(architecture, kind, size, _places(architecture, kind))


def _places(architecture: Architecture, kind: str) -> tuple[str, ...]:
    options = possible_places(architecture, kind)
    if len(options) == 1:
        return options
    words = {"lora": "beside", "series": "after", "parallel": "beside", "ia3": "on"}[kind]
    chosen = st.pills(
        f"{kinds()[kind].title} {words}",
        options,
        selection_mode="multi",
        default=usual_places(architecture, kind),
        format_func=lambda place: TITLES.get(place, place),
        key=places_key(architecture, kind),
        bind=controls.BIND,
        wrap=True,
    )
    return tuple(place for place in options if place in chosen)


def places_key(architecture: Architecture, kind: str) -> str:
    """Matrices have other names in other models."""
    return f"ad_on_{kind}:{architecture.name}" if kind == "lora" else f"ad_on_{kind}"


def clicked() -> None:
    """A click into the drawing: another kind, or a place of the same kind on or off.

    A second click on one point ends its selection and names none: it means the same point again.
    """
    event = st.session_state.get(DRAWING)
    points = event["selection"]["points"] if event else []
    where = next((point["customdata"] for point in points if point.get("customdata")), None)
    where = where or st.session_state.get(LAST)
    architecture = st.session_state.get("ad_architecture")
    if where is None or architecture is None:
        return
    st.session_state[LAST] = where
    kind, place = where
    same = st.session_state.get(KIND, "lora") == kind
    st.session_state[KIND] = kind
    options = possible_places(architecture, kind)
    if len(options) == 1 or place not in options:
        return
    key = places_key(architecture, kind)
    now = list(st.session_state.get(key) or usual_places(architecture, kind)) if same else []
    changed = [each for each in now if each != place] if place in now else [*now, place]
    st.session_state[key] = [each for each in options if each in changed]
