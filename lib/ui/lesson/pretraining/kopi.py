"""The lecture's blanks, filled by models as pretraining left them."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.lesson.pretraining.reading import BlankFilled, BlanksRun
from lib.ui.kit import jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.text import continued, escape
from lib.ui.lesson.pretraining.sentence import models, submit_to_models
from lib.ui.models.fetching import offer_real_model
from lib.units import format_chance

KIND = "kopi-before"


def blanks_before_tuning() -> list[dict]:
    """The rows to take away."""
    st.markdown("In Singapore, the popular drinks are: Teh C Siew ____ · Kopi O Ko____ · Kopi Di ____")
    offer_real_model()
    run = BlanksRun(models())
    jobs.start_and_stop(KIND, "Let the models fill them", _queue_blanks, run, icon="local_cafe")
    jobs.live(KIND, lambda _: None)
    view = jobs.current(KIND)
    filled = [event for event in view.events if isinstance(event, BlankFilled)] if view else []
    for name in dict.fromkeys(each.model for each in filled):
        mine = [each for each in filled if each.model == name]
        happened(f"**{escape(name)}**: {sum(each.right for each in mine)} of {len(mine)} right")
        for column, each in zip(st.columns(len(mine)), mine, strict=True):
            with column.container(border=True, height="stretch"):
                mark = ":green[:material/check_circle:]" if each.right else ":red[:material/cancel:]"
                st.markdown(f"### {continued(each.prompt, each.continuation)} {mark}")
                st.caption(f"“{escape(each.word)}” has a probability of {format_chance(each.answer_nats)} there.")
    if filled:
        ui.measured(
            "Here and now, greedily, before any tuning. Pretraining encodes what its texts say often, and kopi orders "
            "are not among it."
        )
        st.page_link("pages/live_lora.py", label="Teach it the words: Live LoRA", icon=":material/model_training:")
    return [
        {
            "model": each.model,
            "prompt": each.prompt,
            "written": each.continuation,
            "word": each.word,
            "nats": each.answer_nats,
            "right": each.right,
        }
        for each in filled
    ]


def _queue_blanks(run: BlanksRun) -> None:
    submit_to_models(KIND, "lib.lesson.pretraining.reading_job:fill_blanks", run, run.models)
