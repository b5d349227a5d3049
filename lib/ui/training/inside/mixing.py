"""Two adapters of this browser mixed."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.engine import JobView
from lib.errors import StudentError
from lib.training.inside.events import SHARES, mixture
from lib.ui.kit import controls, jobs
from lib.ui.kit.exports import Rows
from lib.ui.training.inside.dial import answers_as_rows, answers_of, queue_asking, said
from lib.ui.training.inside.kept import Kept, kept

KIND = "lora-mix"


def mix_adapters() -> Rows | None:
    adapters = kept()
    models = {each.model for each in adapters.values()}
    model = next((each for each in reversed([one.model for one in adapters.values()])), None)
    mine = {name: each for name, each in adapters.items() if each.model == model}
    if len(mine) < 2:
        has = "one adapter" if mine else "no adapter"
        more = "; adapters of different models cannot be mixed" if len(models) > 1 else ""
        st.info(
            f"This takes two adapters of the same model, and here is {has} yet{more}. Choose **Train** above and train "
            "one on other texts (under More: Texts), or with another seed; the last three are kept here.",
            icon=":material/blender:",
        )
        return None
    titles = {name: each.title for name, each in mine.items()}
    names = list(titles)
    first_box, second_box = st.columns(2)
    first = first_box.selectbox("First adapter", names, len(names) - 2, format_func=titles.get, key="mix_first")
    second = second_box.selectbox("Second adapter", names, len(names) - 1, format_func=titles.get, key="mix_second")
    prompt = controls.text("Prompt", "Uncle, one Kopi O", key="mix_prompt", max_chars=300)
    pair = (mine[first], mine[second]) if first != second else None
    if pair is None:
        st.caption("Choose two that are not the same.")
    jobs.start_and_stop(KIND, "Mix them", _queue_mixture, pair, prompt, icon="blender", stop_label="Stop mixing")
    share = controls.pick(
        "Share of the second: (1 − s) ΔW₁ + s ΔW₂", list(SHARES), 0.5, key="mix_share", format_func=lambda s: f"{s:g}"
    )
    jobs.live(KIND, lambda view: _draw_mixture(view, share, titles))
    return answers_as_rows(jobs.current(KIND))


def _queue_mixture(pair: tuple[Kept, Kept], prompt: str) -> None:
    one, other = pair
    try:
        queue_asking(KIND, mixture(one.model, prompt, one.adapter, other.adapter))
    except StudentError as error:
        st.session_state[f"{KIND}:problem"] = str(error)


def _draw_mixture(view: JobView, share: float, titles: dict[str, str]) -> None:
    answers = answers_of(view)
    if view.state.active:
        st.progress(len(answers) / len(view.argument.settings), f"{len(answers)} of {len(view.argument.settings)}")
    now, both = answers.get((1 - share, share)), answers.get((1.0, 1.0))
    if now is not None:
        with st.container(border=True):
            st.markdown(f"### {1 - share:.0%} and {share:.0%}: {said(now)}")
    if both is not None:
        st.markdown(f"Both at full strength, ΔW₁ + ΔW₂: {said(both)}")
        ui.measured(f"{len(titles)} adapters are kept here; each answer is the model's own, greedy.")
