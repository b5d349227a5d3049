"""Which model a page works on: the real small one where it is, the quick bundled one while a class is at work."""

from __future__ import annotations

import streamlit as st

from lib.models.catalogue import BUNDLED, REAL
from lib.ui.kit import controls
from lib.ui.kit.session import CROWD, browsers_lately
from lib.ui.models.fetching import models_to_choose


def own_of(model: str) -> str:
    """What a control's key ends in where what suits one model does not suit another: each has its own."""
    return f":{model}" if model != BUNDLED else ""


def choose_model(key: str = "model", default: str | None = None) -> str:
    """The model's name, one of those on this machine; why it is the small one, where the real one is here too.

    `default` is chosen to begin with; without it the real one, unless a class is at work.
    """
    here = models_to_choose()
    crowd = browsers_lately()  # in a class the last one would wait minutes for the large model, which runs alone
    usual = REAL if REAL in here and crowd < CROWD else BUNDLED
    model = controls.select("Model", here, default or usual, key=key)
    if default is None and model == BUNDLED and REAL in here and crowd >= CROWD:
        st.caption(f"{crowd} browsers are here, so the small model is chosen: each run of it takes seconds.")
    return model
