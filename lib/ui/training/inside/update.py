"""The update of one matrix: while it trains, and afterwards."""

from __future__ import annotations

import dataclasses

import numpy as np
import streamlit as st

from lib import ui
from lib.charts.training import inside as charts
from lib.engine import JobState, JobView
from lib.training.events import Watched
from lib.training.inside.update import Place, Update, updates
from lib.training.run import FineTuningRun
from lib.ui.kit import controls, jobs
from lib.ui.kit.exports import Rows
from lib.ui.training.newest import nothing_yet
from lib.ui.training.train.run import queue_run, told_by

ENOUGH = 0.9
"""The share of ‖ΔW‖² that a smaller rank is asked to keep."""


def look_at_update(kind: str) -> Rows | None:
    view = jobs.current(kind)
    if view is None or view.state is JobState.WAITING:
        st.markdown(
            r"LoRA leaves $W$ alone and learns what to add: $\Delta W = \frac{\alpha}{r} B A$. Here it is, "
            "as it grows."
        )
        nothing_yet(kind, "the update of every matrix")
        return None
    if view.state.active:
        jobs.live(kind, _draw_growing)
        return None
    return _finished(view, kind)


def _draw_growing(view: JobView) -> None:
    """The newest look at the matrix that the run watches."""
    looks = told_by(view).watched
    if not looks:
        st.progress(0.0, "The first look is coming")
    else:
        st.progress(looks[-1].step / view.argument.steps, f"Step {looks[-1].step} of {view.argument.steps}")
        _show(looks[-1].place, looks[-1].update, looks[-1].step, _largest(looks[-1].update), looks[-1].update)


def _finished(view: JobView, kind: str) -> Rows | None:
    told, run = told_by(view), view.argument
    left = updates(told.finished.adapter) if told.finished and told.finished.adapter else {}
    if not left:
        st.info("The newest run left no LoRA adapter: choose **Train** above and start one.", icon=":material/info:")
        return None
    jobs.say_of_run(view)
    place = _chosen_place(left, told.watched)
    looks = [each for each in told.watched if each.place == place]
    if not looks:
        st.button(
            f"Train again and watch {place}",
            icon=":material/visibility:",
            on_click=queue_run,
            args=(_watching(run, place), kind),
            help="The same run with the same seed, and a look at this matrix every few steps.",
        )
    step, update = None, left[place]
    if len(looks) > 1:
        steps = [each.step for each in looks]
        step = controls.pick("After step", steps, steps[-1], key="inside_step")
        update = looks[steps.index(step)].update
    _show(place, update, step, _largest(left[place]), left[place])
    if not update.is_zero:
        _smaller_rank(place, update)
    return [
        {
            "layer": each.layer,
            "matrix": each.matrix,
            "number": number,
            "singular_value": float(value),
            "share_kept_by_this_rank": float(kept),
        }
        for each, found in left.items()
        for number, (value, kept) in enumerate(zip(found.singular_values, found.kept_by_rank, strict=True), start=1)
    ]


def _chosen_place(left: dict[Place, Update], looks: tuple[Watched, ...]) -> Place:
    """What is looked at: that which was watched, unless another is chosen."""
    usual = looks[-1].place if looks and looks[-1].place in left else next(iter(left))
    layer_box, matrix_box = st.columns(2)
    with layer_box:
        layers = sorted({each.layer for each in left})
        layer = controls.pick("Layer", layers, usual.layer, key="inside_layer") if len(layers) > 1 else layers[0]
    with matrix_box:
        matrices = [each.matrix for each in left if each.layer == layer]
        usual_matrix = usual.matrix if usual.matrix in matrices else matrices[0]
        matrix = controls.select("Matrix", matrices, usual_matrix, key="inside_matrix")
    return Place(layer, matrix)


def _watching(run: FineTuningRun, place: Place) -> FineTuningRun:
    return dataclasses.replace(run, watched=(place.layer, place.matrix), resume_from=None, earlier=())


def _largest(update: Update) -> float:
    return float(np.abs(update.matrix).max()) or 1.0


def _show(place: Place, update: Update, step: int | None, largest: float, last: Update) -> None:
    picture, values = st.columns([3, 2])
    with picture:
        st.plotly_chart(
            charts.heat_map(update, place, step, largest), key="inside-map", alt=charts.describe_update(update, place)
        )
    with values:
        highest = float(last.singular_values.max())
        st.plotly_chart(
            charts.singular_values(update, highest), key="inside-values", alt=charts.describe_update(update, place)
        )
        outputs, inputs = update.matrix.shape
        if update.is_zero:
            st.markdown(
                "**$B$ starts at zero**, so $\\Delta W = \\frac{\\alpha}{r} B A$ is zero whatever $A$ is: at step 0 "
                "the model with its adapter is the base model, exactly."
            )
        else:
            st.markdown(
                f"{outputs:,} × {inputs:,} = **{outputs * inputs:,}** numbers, made from "
                f"{update.rank} × ({outputs:,} + {inputs:,}) = **{update.rank * (outputs + inputs):,}**."
            )
    ui.formula(
        f"ΔW = {update.scaling:g} · B A. Each cell shows the value furthest from zero in its block of the matrix."
    )


def _smaller_rank(place: Place, update: Update) -> None:
    st.plotly_chart(charts.kept_by_rank(update, ENOUGH), key="inside-kept", alt=charts.describe_update(update, place))
    ui.formula(
        "The best matrix of rank k keeps σ₁² + … + σₖ² of ‖ΔW‖² = σ₁² + … + σᵣ² (Eckart and Young 1936). It says what "
        "this update would lose if it were cut, not how well a run of that rank would have learnt."
    )
