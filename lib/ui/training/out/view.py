"""Out: what a run leaves, as files that others can use."""

from __future__ import annotations

import streamlit as st

from lib import curriculum, ui
from lib.charts.training import loss
from lib.training.methods.catalogue import methods
from lib.training.out import program, unsloth
from lib.training.out.record import RunRecord
from lib.ui.kit import controls
from lib.ui.kit.problems import guard
from lib.ui.training.out.card import show_card
from lib.ui.training.out.choosing import chosen_record
from lib.ui.training.out.merged import merged_model

IPYNB = "application/x-ipynb+json"
LOAD_ADAPTER = """\
from peft import PeftModel
from transformers import {names}

base = AutoModelForCausalLM.from_pretrained({base!r}, {held_in})
model = PeftModel.from_pretrained(base, {adapter!r})  # the unzipped folder"""
HELD_IN = {
    "int8": "BitsAndBytesConfig(load_in_8bit=True)",
    "nf4-double": """BitsAndBytesConfig(
    load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True
)""",
}
DTYPE = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


def draw_out() -> None:
    record = chosen_record()
    if record is None:
        ui.take_away("live_lora")
        return
    show_card(record)
    adapter, repeated = st.columns(2)
    with adapter.container(border=True, height="stretch"):
        _adapter(record)
    with repeated.container(border=True, height="stretch"):
        _program(record)
    merged, gpu = st.columns(2)
    with merged.container(border=True, height="stretch"):
        merged_model(record)
    with gpu.container(border=True, height="stretch"):
        _real_gpu(record)
    curve = loss.loss_curve(record.steps, record.held_out, record.run.steps)
    st.plotly_chart(curve, key="out-loss", alt=loss.describe(record.held_out))
    st.caption(
        ":material/photo_camera: The chart as a PNG: point at it, and press the camera at its upper right. "
        "The JSON below holds the card, the settings, every step and every answer."
    )
    data = record.to_dict()
    ui.take_away("live_lora", rows=data["steps"], data=data, name="lora-run")


def _adapter(record: RunRecord) -> None:
    st.header("The adapter", anchor=False)
    size = len(record.finished.adapter)
    if not size:
        of_many = "Of a comparison the figures are kept and not the files"
        why = of_many if record.run.weighs else "Its files are too large to pass on"
        st.markdown(f"{why}: the script beside this trains the same again, and writes them.")
        return
    st.markdown("Two matrices for each layer it sits on, as `peft` saves them. It needs its base model to work.")
    st.download_button(
        f"Adapter (zip, {size / 1e6:.1f} MB)",
        record.finished.adapter,
        f"{record.run.adapter_name}.zip",
        "application/zip",
        key="out-adapter",
        icon=":material/extension:",
    )
    precision = record.card.precision
    names = ", ".join(["AutoModelForCausalLM", *(["BitsAndBytesConfig"] if precision in HELD_IN else [])])
    # Left to itself, transformers computes in what the file is stored in, and logits differ by up to a tenth.
    held_in = f"quantization_config={HELD_IN[precision]}" if precision in HELD_IN else f'dtype="{DTYPE[precision]}"'
    base, adapter = record.card.loaded_from, record.run.adapter_name
    shown = LOAD_ADAPTER.format(base=base, names=names, held_in=held_in, adapter=adapter)
    st.code(shown, language="python", wrap_lines=True)


def _program(record: RunRecord) -> None:
    st.header("The run, repeated elsewhere", anchor=False)
    also = " (and `bitsandbytes`)" if record.card.is_quantized else ""
    st.markdown(
        "A program with your texts, your settings and the very loop that ran here, on plain `torch`, `transformers` "
        f"and `peft`{also}. On the same machine it gives the same {len(record.steps)} losses; it says how far off."
    )
    with guard():
        script, notebook = program.script(record), program.notebook(record)
        left, right = st.columns(2)
        left.download_button(
            "Script", script, "repeat-run.py", "text/x-python", key="out-script", icon=":material/code:"
        )
        right.download_button(
            "Notebook", notebook, "repeat-run.ipynb", IPYNB, key="out-notebook", icon=":material/menu_book:"
        )
    if record.card.hub_id is None:
        st.caption(
            f"Run it in the repository of Finetuning Lab, or set BASE_MODEL to a copy of `{record.card.loaded_from}`."
        )
    if record.card.weights_by_way_of:
        st.caption(
            f"Your weights came by way of {record.card.weights_by_way_of}. Those at the hub give other losses: set "
            "BASE_MODEL to the folder of yours for the same ones."
        )


def _real_gpu(record: RunRecord) -> None:
    st.header("A large model, on a real GPU", anchor=False)
    facts = unsloth.checked()
    titles = {each.id: f"{each.id.split('/')[1]} ({each.parameters}, {each.licence})" for each in facts.models}
    model = controls.select("Model", titles, facts.models[0].id, key="out_gpu_model")
    run, not_yours = record.run, f"Only the learning rate is not yours but {facts.learning_rate:g}."
    if not methods()[run.method].lora:
        not_yours = (
            f"Yours was another method, so rank {run.rank} and learning rate {facts.learning_rate:g} are usual ones."
        )
    st.markdown(
        "QLoRA with Unsloth, filled with your texts and settings, for Colab's T4 (fp16) or a newer card (bf16). "
        f"{not_yours}"
    )
    st.download_button(
        "Unsloth notebook",
        unsloth.unsloth_notebook(record.run, [each.prompt for each in record.finished.completions], model),
        "qlora-unsloth.ipynb",
        IPYNB,
        key="out-unsloth",
        icon=":material/memory:",
    )
    activity = curriculum.chapter("unsloth")
    st.page_link(activity.file, label="Step by step, and the way back", icon=activity.icon)
    versions = " and ".join(f"{name} {number}" for name, number in facts.versions.items())
    st.caption(
        f":material/warning: Not run here: that needs a GPU and a network. Its names and arguments were compared with "
        f"the source of {versions}."
    )
