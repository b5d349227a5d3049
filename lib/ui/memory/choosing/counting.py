"""A model that no formula knows, counted by a worker while the page waits; and any model part by part."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobState, JobView
from lib.memory import Architecture, CannotEstimateError
from lib.memory.errors import NeedsCounting
from lib.memory.model.config_json import from_text
from lib.memory.model.config_text import parse
from lib.memory.model.counted_architecture import CountedArchitecture, counted_architecture
from lib.memory.model.inventory.counted import CountedModel
from lib.memory.model.inventory.tensors import parts_of
from lib.models.counting.events import Building, Counted
from lib.models.counting.remembered import content_of, recall, remember
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import formula
from lib.ui.kit.problems import NotYet
from lib.ui.kit.tables import show_table
from lib.units import format_count

KIND = "count-model"
EXPECTED_S, TIME_LIMIT_S = 5.0, 90.0


def architecture_of(text: str, name: str, key: str) -> Architecture:
    """The model whose config.json is `text`: by formula at once, else counted by a job.

    Raises NotYet while the job goes; CannotEstimateError for what can neither be computed nor counted.
    """
    arch = _by_formula_or_counted(text, name, key)
    if arch.filled:
        with st.expander(f"Left out, so filled in: {len(arch.filled)}", icon=":material/playlist_add:"):
            rows = [{"field": field, "the family's default": value} for field, value in arch.filled]
            show_table(rows, alt="Fields that the config leaves out, with their family's defaults")
    return arch


def _by_formula_or_counted(text: str, name: str, key: str) -> Architecture:
    try:
        return from_text(text, name=name)
    except NeedsCounting:
        model = recall(content_of(text)) or _counted_by_job(text)
    with_towers = True
    if model.tower_parameters:
        with_towers = controls.toggle("With its vision and audio towers", True, key=f"{key}_towers")
    seconds = 0
    if model.sound_s:
        seconds = controls.slider("Sound that it reads (seconds)", 1, 600, model.sound_s, key=f"{key}_seconds")
    return counted_architecture(model, name, with_towers, parse(text), seconds)


def _counted_by_job(text: str) -> CountedModel:
    """What the job found, once it is over; until then the page asks again and again."""
    view = jobs.current(KIND)
    if view is None or view.argument != text:
        jobs.stop(KIND)
        jobs.submit(KIND, "lib.models.counting.job:count", text, expected_s=EXPECTED_S, time_limit_s=TIME_LIMIT_S)
        view = jobs.current(KIND)
    if view is not None and view.argument == text:
        if view.state is JobState.DONE:
            model = next(event.model for event in view.events if isinstance(event, Counted))
            remember(content_of(text), model)
            return model
        if view.state is JobState.FAILED:
            raise CannotEstimateError(view.message or "The model could not be counted.")
    jobs.live(KIND, _progress)
    raise NotYet


def _progress(view: JobView) -> None:
    if view.state is JobState.RUNNING:
        doing = next((event.what for event in reversed(view.events) if isinstance(event, Building)), "Starting")
        st.info(f"Counting this model: {doing} …", icon=":material/calculate:")
    st.button("Stop", key=f"{KIND}-stop", icon=":material/stop:", on_click=jobs.stop, args=(KIND,))


def part_by_part(arch: Architecture) -> None:
    """Parameters of every part, what is shared, and what each layer keeps of a context."""
    rows = [
        {"part": str(each.part), "parameters": f"{each.parameters:,}", "share": f"{each.share:.1%}"}
        for each in parts_of(arch.tensors)
    ]
    show_table(rows, alt="Parameters of every part")
    counted = arch.counted if isinstance(arch, CountedArchitecture) else None
    if counted and counted.tower_parameters and not arch.with_towers:
        st.caption(f"Vision and audio towers are left out: {format_count(counted.tower_parameters)} parameters.")
    if arch.tie_word_embeddings:
        st.caption("The output head is the embedding used a second time, and counts once.")
    if not arch.is_encoder:
        kept = [
            {
                "layers": each.layers,
                "keep": each.kind,
                "numbers per token": f"{each.numbers_per_token:,.0f}",
                "window (tokens)": f"{each.window:,}" if each.window else "",
                "past it, numbers per token": f"{each.numbers_past_window:,.0f}" if each.window else "",
                "state (bytes)": f"{each.state_bytes:,}" if each.state_bytes else "",
            }
            for each in arch.keeps
        ]
        show_table(kept, alt="What each layer keeps of a context")
    if counted:
        formula(
            f"Counted: transformers built this model as {counted.built_as}, without weights, and every tensor was "
            "read; what a layer keeps was read off the cache after a pass. Exact."
        )
    else:
        formula("Computed from the config by this family's formula, which tests compare with transformers. Exact.")
