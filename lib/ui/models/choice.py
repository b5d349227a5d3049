"""Which model a page works on: the real small one where it is, the quick bundled one while a class is at work."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.models.catalogue import BUNDLED, REAL
from lib.ui.kit import controls
from lib.ui.kit.session import CROWD, browsers_lately
from lib.ui.models.fetching import models_to_choose, offer_real_model


def own_of(model: str) -> str:
    """What a control's key ends in where what suits one model does not suit another: each has its own."""
    return f":{model}" if model != BUNDLED else ""


def choose_model(
    key: str = "model",
    default: str | None = None,
    *,
    label: str = "Model",
    among: Collection[str] | None = None,
    box: DeltaGenerator | None = None,
) -> str:
    """The model's name, one of those on this machine. Below it stands why it is the small one, and a button that
    fetches the real one where it is not here.

    default   chosen to begin with, if it is here; without it the real one, unless a class is at work
    among     the only models that will do
    box       where the control alone stands, a narrow column say
    """
    here = [name for name in models_to_choose() if among is None or name in among]
    crowd = browsers_lately()  # in a class the last one would wait minutes for the large model, which runs alone
    wanted = default or (REAL if crowd < CROWD else BUNDLED)
    with box if box is not None else nullcontext():
        model = controls.select(label, here, wanted if wanted in here else BUNDLED, key=key)
    if default is None and model == BUNDLED and REAL in here and crowd >= CROWD:
        st.caption(f"{crowd} browsers are here, so the small model is chosen: each run of it takes seconds.")
    offer_real_model()
    return model
