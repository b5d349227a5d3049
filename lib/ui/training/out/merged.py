"""The adapter put into the weights: the two compared, and the merged model as a folder of its own."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from lib.engine import JobView
from lib.errors import StudentError
from lib.training.methods.catalogue import methods
from lib.training.out.events import Merged, MergedFile, Merging
from lib.training.out.record import RunRecord
from lib.ui.kit import jobs
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.units import format_gb

KIND = "lora-merge"
GGUF = "python llama.cpp/convert_hf_to_gguf.py merged-model --outfile merged-model.gguf --outtype f16"
"""The arguments of that script in llama.cpp's repository: the folder, and where and in which type to write."""
BY_HAND = """\
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base = AutoModelForCausalLM.from_pretrained({base!r}{revision})
merged = PeftModel.from_pretrained(base, {adapter!r}).merge_and_unload()
merged.save_pretrained("merged-model")
AutoTokenizer.from_pretrained({base!r}{revision}).save_pretrained("merged-model")"""


def merged_model(record: RunRecord) -> None:
    st.header("The merged model", anchor=False)
    if not methods()[record.run.method].lora:
        st.markdown("What this run has trained is not put into the weights here: that is done with LoRA and its kinds.")
        return
    if not record.finished.adapter:
        st.markdown("Of a comparison the figures are kept and not the adapters. A run of Train can be merged here.")
        return
    st.markdown(
        rf"$W + \frac{{\alpha}}{{r}} B A$ is a matrix like $W$: put it there, and what is left is an ordinary model "
        f"folder of about **{format_gb(record.merged_bytes)}**, with nothing extra to compute."
    )
    if record.card.is_quantized:
        st.caption(
            f"Your run held $W$ in {record.card.held_in}. Merged is the $W$ that was there before it was rounded, in "
            "fp32, so the merged model may say something else than your run did."
        )
    jobs.start_and_stop(
        KIND, "Merge and compare", _queue_merging, record, icon="merge", main=False, stop_label="Stop merging"
    )
    jobs.live(KIND, lambda view: _draw_merged(view, record))


def _queue_merging(record: RunRecord) -> None:
    prompt = record.finished.completions[0].prompt if record.finished.completions else "Kopi"
    try:
        asked = Merging(
            record.run.model, record.finished.adapter, prompt, folder_wanted=True, precision=record.merged_in
        )
    except StudentError as error:
        problem(error)
        return
    name = "lib.training.out.merging:merge"
    jobs.submit(KIND, name, asked, expected_s=asked.expected_s, time_limit_s=300, model=asked.model)


def _draw_merged(view: JobView, record: RunRecord) -> None:
    if view.argument.adapter != record.finished.adapter:
        return  # of an earlier run
    for event in view.events:
        if isinstance(event, Merged):
            _compared(event)
        elif isinstance(event, MergedFile):
            _download(event, record)


def _compared(merged: Merged) -> None:
    mark = ":green[:material/check_circle:] the same" if merged.same_text else ":orange[:material/warning:] another"
    st.markdown(
        f"Largest difference of any logit between the two: **{merged.largest_difference:.1e}**. The adapter itself "
        f"moves them by up to **{merged.largest_effect:.1f}**, so the difference is rounding ({merged.precision})."
    )
    st.markdown(f"“{escape(merged.prompt)}” goes on with {mark} text: :orange[{escape(merged.within.strip()) or '…'}]")
    st.caption(":material/speed: **Measured** here and now.")


def _download(made: MergedFile, record: RunRecord) -> None:
    file = Path(made.path)
    if not file.exists():
        st.markdown(
            "The folder lies on the machine of the worker that made it, or has made room for others by now. With the "
            "adapter from **Out** the same one is made by"
        )
        revision = f", revision={record.card.revision!r}" if record.card.revision else ""
        st.code(
            BY_HAND.format(base=record.card.loaded_from, revision=revision, adapter=record.run.adapter_name),
            language="python",
            wrap_lines=True,
        )
        return
    st.download_button(
        f"Merged model (zip, {format_gb(made.size_bytes)})",
        file.read_bytes,  # read when it is pressed
        "merged-model.zip",
        "application/zip",
        key="out-merged",
        icon=":material/deployed_code:",
    )
    st.caption("A GGUF of it, where you have llama.cpp:")
    st.code(GGUF, language="bash", wrap_lines=True)
    if record.card.hub_id is None:
        st.caption(
            "Its converter knows tokenizers by their hash. That of the bundled model was made for this app, so expect "
            "the converter to refuse it; SmolLM2's it knows."
        )
