"""Two adapters of this browser mixed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib import ui
from lib.engine import JobState, JobView
from lib.errors import StudentError
from lib.lesson.presenting.demos import about_of
from lib.models.catalogue import BUNDLED, catalogue
from lib.training.inside.events import SHARES, mixture
from lib.training.inside.pair import PAIR, usual_run
from lib.training.texts.datasets import load_dataset
from lib.ui.kit import controls, jobs
from lib.ui.kit.exports import Rows
from lib.ui.kit.presenting.recorded_run import is_recorded
from lib.ui.training.inside.dial import answers_as_rows, answers_of, queue_asking, said
from lib.ui.training.inside.kept import KEPT, PAIR_KINDS, Kept, kept, newest_adapter
from lib.ui.training.train.run import queue_run, told_by

KIND, PROMPT = "lora-mix", "mix_prompt"


def mix_adapters() -> Rows | None:
    adapters = _on_offer()
    model = next((each.model for each in reversed(adapters.values())), BUNDLED)
    mine = {name: each for name, each in adapters.items() if each.model == model}
    _train_the_pair(model, mine)
    if len(mine) < 2:
        return None
    titles = {name: each.title for name, each in mine.items()}
    names = list(titles)
    first_box, second_box = st.columns(2)
    first = first_box.selectbox("First adapter", names, len(names) - 2, format_func=titles.get, key="mix_first")
    second = second_box.selectbox("Second adapter", names, len(names) - 1, format_func=titles.get, key="mix_second")
    prompt = controls.text("Prompt", load_dataset(PAIR[0]).ask, key=PROMPT, max_chars=300)
    _ask_in_their_manner({mine[first].data, mine[second].data})
    pair = (mine[first], mine[second]) if first != second else None
    if pair is None:
        st.caption("Choose two that are not the same.")
    jobs.start_and_stop(KIND, "Mix them", _queue_mixture, pair, prompt, icon="blender", stop_label="Stop mixing")
    share = controls.pick(
        "Share of the second: (1 − s) ΔW₁ + s ΔW₂", list(SHARES), 0.5, key="mix_share", format_func=lambda s: f"{s:g}"
    )
    jobs.live(KIND, lambda view: _draw_mixture(view, share, pair))
    return answers_as_rows(jobs.current(KIND))


def _on_offer() -> dict[str, Kept]:
    """What can be mixed, by name: this browser's adapters and, where a projector shows recorded runs, theirs; beside
    the recorded mixture only what it is of."""
    recorded: dict[str, Kept] = {}
    for kind in about_of(KIND):
        if is_recorded(jobs.current(kind)):
            recorded |= newest_adapter(kind)
    if is_recorded(jobs.current(KIND)):
        return recorded
    return {name: each for name, each in kept().items() if name not in recorded} | recorded


def _train_the_pair(model: str, mine: dict[str, Kept]) -> None:
    """One press for what is missing of kopi orders and formal letters, and how far it has come."""
    learnt = {each.data for each in mine.values()}
    missing = [dataset for dataset in PAIR if load_dataset(dataset).title not in learnt]
    going = [kind for kind in PAIR_KINDS.values() if (view := jobs.current(kind)) and view.state.active]
    if missing and not going:
        if len(mine) < 2:
            has = "there is one" if mine else "there is none"
            st.info(
                f"This takes two adapters of the same model, and {has} so far. Any two that you train will do; "
                f"the last {KEPT} are kept here. Or press the button.",
                icon=":material/blender:",
            )
        titles = " and ".join(f"“{load_dataset(dataset).title}”" for dataset in missing)
        label = f"Train an adapter on {titles}" if len(missing) == 1 else f"Train an adapter each on {titles}"
        st.button(label, key="mix-train", icon=":material/play_arrow:", on_click=_queue_pair, args=(model, missing))
    for kind in PAIR_KINDS.values():
        jobs.live(kind, _draw_training)


def _queue_pair(model: str, datasets: Sequence[str]) -> None:
    for dataset in datasets:
        queue_run(usual_run(model, dataset, wide=catalogue()[model].wide), PAIR_KINDS[dataset])


def _draw_training(view: JobView) -> None:
    if view.state is JobState.RUNNING:
        run, step = view.argument, told_by(view).step
        st.progress(step / run.steps, f"{run.data.title}: step {step} of {run.steps}")


def _ask_in_their_manner(titles: set[str]) -> None:
    """A prompt for each of the pair, at a press."""
    shown = [load_dataset(dataset).ask for dataset in PAIR if load_dataset(dataset).title in titles]
    for column, ask in zip(st.columns(len(PAIR)), shown, strict=False):
        column.button(f"“{ask}”", on_click=_put_in, args=(ask,), width="stretch", icon=":material/edit_note:")


def _put_in(prompt: str) -> None:
    st.session_state[PROMPT] = prompt


def _queue_mixture(pair: tuple[Kept, Kept], prompt: str) -> None:
    one, other = pair
    try:
        queue_asking(KIND, mixture(one.model, prompt, one.adapter, other.adapter))
    except StudentError as error:
        st.session_state[f"{KIND}:problem"] = str(error)


def _draw_mixture(view: JobView, share: float, pair: tuple[Kept, Kept] | None) -> None:
    if pair is None or not view.argument.is_of(*(each.adapter for each in pair)):
        return  # of two others
    answers = answers_of(view)
    if view.state.active:
        st.progress(len(answers) / len(view.argument.settings), f"{len(answers)} of {len(view.argument.settings)}")
    now, both = answers.get((1 - share, share)), answers.get((1.0, 1.0))
    if now is not None:
        with st.container(border=True):
            st.markdown(f"### {1 - share:.0%} and {share:.0%}: {said(now)}")
    if both is not None:
        st.markdown(f"Both at full strength, ΔW₁ + ΔW₂: {said(both)}")
        ui.measured("Each answer is the model's own, greedy, with (1 − s) ΔW₁ + s ΔW₂ added to its weights.")
