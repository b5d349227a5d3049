"""The notebook from the student's own settings, step by step, with what to look for in figures."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.lesson.unsloth.expected import MOST_TOKENS, Expected, compare, expected
from lib.training.out.unsloth import GpuModel, NotebookStep, checked, notebook_steps, unsloth_notebook
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import note_sentence
from lib.ui.lesson.unsloth.own_run import OwnRun, own_run, say_whose_settings
from lib.units import GIB

IPYNB = "application/x-ipynb+json"
LONG_CODE = 1_500
"""Characters; of longer cells the beginning is shown, and all of it is in the file."""


def step_by_step() -> list[dict]:
    """The rows to take away."""
    own, facts = own_run(), checked()
    say_whose_settings(own)
    models = {each.id: each for each in facts.models}
    titles = {each.id: f"{each.id.split('/')[1]} ({each.parameters}, {each.licence})" for each in facts.models}
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        model = models[controls.select("Model on the GPU", titles, facts.models[0].id, key="un_nb_model")]
    right.download_button(
        "Unsloth notebook",
        lambda: unsloth_notebook(own.run, own.prompts, model.id),
        "qlora-unsloth.ipynb",
        IPYNB,
        key="un_notebook",
        icon=":material/download:",
        width="stretch",
        type="primary",
        on_click="ignore",
    )
    steps = notebook_steps(own.run, own.prompts, model.id)
    figures = expected(own.run, model)
    titles = {each.key: f"{number}. {each.title}" for number, each in enumerate(steps, start=1)}
    chosen = controls.select("Step", titles, steps[0].key, key="un_step")
    step = next(each for each in steps if each.key == chosen)
    _one_step(step, _in_figures(step, figures, own))
    _what_it_printed(step, own, model)
    _the_code(step)
    _not_run(facts.versions)
    return [
        {
            "step": each.title,
            "look for": each.look_for,
            "in figures": _in_figures(each, figures, own).replace("**", ""),
        }
        for each in steps
    ]


def _one_step(step: NotebookStep, said: str) -> None:
    st.markdown(step.words)
    with st.container(border=True):
        st.markdown(f":material/search: **Look for.** {step.look_for}")
        if said:
            ui.happened(said)


PRINTED = {
    "load": ("“In use”, as it was printed (GiB)", 200.0),
    "adapter": ("Trainable parameters, as they were printed", 10_000_000_000),
    "train": ("“Largest memory in use”, as it was printed (GiB)", 200.0),
}
"""By step, what the box is called, and its largest number."""


def _what_it_printed(step: NotebookStep, own: OwnRun, model: GpuModel) -> None:
    """A box for what the notebook printed, and how that stands to the formula."""
    if step.key not in PRINTED:
        return
    label, most = PRINTED[step.key]
    zero = type(most)(0)
    printed = controls.number(label, zero, most, zero, key=f"un_printed_{step.key}")
    if not printed:
        st.caption("Put in what your notebook printed, and it is compared with the formula.")
        return
    verdict = compare(step.key, printed, own.run, model)
    show = st.success if verdict.agrees else st.warning
    show(verdict.words, icon=":material/check:" if verdict.agrees else ":material/help:")
    note_sentence(f"{label}: {printed:,}. {verdict.words}")


def _the_code(step: NotebookStep) -> None:
    for code in step.code:
        st.code(code if len(code) <= LONG_CODE else f"{code[:LONG_CODE]}\n…", language="python")
        if len(code) > LONG_CODE:
            st.caption("Shortened here; the notebook has all of it.")


def _in_figures(step: NotebookStep, figures: Expected, own: OwnRun) -> str:
    """What the notebook should print, as far as it can be computed beforehand."""
    run = own.run
    said = {
        "load": f"By formula the weights take about **{figures.weights_bytes / GIB:.2f} GiB** with linear layers in "
        "nf4 and the rest in 16 bits.",
        "adapter": f"By formula r · (inputs + outputs), summed over {', '.join(run.target_modules)} of every layer: "
        f"**{figures.trained:,}** trainable parameters, {figures.trained / figures.total:.2%} of {figures.total:,}.",
        "train": f"{run.steps} steps of {run.batch_size} texts go {figures.passes:.1f} times through the texts. If all "
        f"had {MOST_TOKENS} tokens the tensors would take **{figures.peak_bytes / GIB:.2f} GiB** at most; yours are "
        "shorter, so it should print less.",
        "save": f"**{figures.file_bytes / 1e6:.0f} MB** in 16 bits: {figures.trained:,} · 2 bytes, before packing.",
    }
    return said.get(step.key, "")


def _not_run(versions: dict[str, str]) -> None:
    named = " and ".join(f"{name} {number}" for name, number in versions.items())
    st.caption(
        f":material/warning: Not run by this project: that needs a GPU and a network. Its names and arguments were "
        f"compared with the source of {named}; the figures above are formulas, not measurements."
    )
