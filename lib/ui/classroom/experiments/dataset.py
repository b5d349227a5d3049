"""Sentences written by the room; one LoRA on all of them, and the average of single ones beside it."""

from __future__ import annotations

import streamlit as st

from lib.charts.classroom.dataset import describe_losses, held_out_losses
from lib.classroom.experiments.dataset import INVITATION, PART, is_of_room, to_train
from lib.classroom.records import LONGEST_TEXT, Asked, Room, Words, name_of_run
from lib.engine import JobView
from lib.training.averaging.run import LEAST_TEXTS, Averaged, Averaging, OneTrained
from lib.ui.classroom.doing import ask_room_in_words
from lib.ui.kit import jobs
from lib.ui.kit.chapter import formula, measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import guard, problem
from lib.ui.kit.text import continued, escape, plain
from lib.units import number_of

KIND = "class-dataset"
SHOWN = 12
"""Sentences on the projector; all are trained on and in the files."""


def starting_to_write(room: Room) -> None:
    st.markdown(
        "Every student writes a sentence on the phone. You read them first, under “The room's words”, and let through "
        f"what may be trained on; with {LEAST_TEXTS} or more, one LoRA learns all of them, and beside it stands the "
        "average of what single students' LoRAs add to the weights."
    )
    with st.form("ask_dataset"):
        st.text_input("What they are asked to write", INVITATION, key="dataset_invitation", max_chars=LONGEST_TEXT)
        st.form_submit_button(
            "Let them write",
            type="primary",
            icon=":material/edit_note:",
            on_click=ask_room_in_words,
            args=(room.code, "dataset_invitation", PART),
        )


def dataset_on_projector(room: Room, asked: Asked, let_through: list[Words]) -> None:
    view = jobs.current(KIND)
    here = view is not None and view.argument.of == name_of_run(room.code, asked.number)
    # Once there is a run, it is what the room looks at.
    with st.expander(f"{number_of(len(let_through), 'sentence')} let through") if here else st.container():
        st.markdown(
            "  \n".join(f":material/format_quote: {escape(each.text)}" for each in let_through[:SHOWN])
            + (f"  \nand {len(let_through) - SHOWN} more" if len(let_through) > SHOWN else "")
        )
    wanted = None
    with guard():
        wanted = to_train(room.code, asked.number, let_through)
    if wanted is not None:
        _say_what_is_trained(wanted)
    jobs.start_and_stop(KIND, "Train on the room's sentences", _queue_averaging, wanted, icon="model_training")
    if here and view.argument != wanted:
        st.caption(
            f"Below: trained on the {number_of(len(view.argument.texts), 'sentence')} let through then. Train again "
            "for those that are now."
        )
    if here or view is None:
        jobs.live(KIND, _show_averaging)
    elif refused := st.session_state.get(f"{KIND}:problem"):
        problem(refused)


def _say_what_is_trained(wanted: Averaging) -> None:
    alone, training = len(wanted.alone), len(wanted.training)
    each = "one on each of them"
    if alone < training:
        each = f"one on each of {alone} of them, drawn at random: more single runs would keep the room waiting"
    st.caption(
        f"{len(wanted.held_out)} of {len(wanted.texts)} sentences are held out. One LoRA is trained on the other "
        f"{training}, and {each}."
    )


def _queue_averaging(wanted: Averaging) -> None:
    times = {"expected_s": wanted.expected_s, "time_limit_s": wanted.time_limit_s}
    jobs.submit(KIND, "lib.training.averaging.job:average", wanted, **times)


def _show_averaging(view: JobView) -> None:
    wanted: Averaging = view.argument
    runs = 1 + len(wanted.alone)
    found = next((event for event in view.events if isinstance(event, Averaged)), None)
    if found is None:
        if view.state.active:
            over = sum(isinstance(event, OneTrained) for event in view.events)
            st.progress(over / runs, f"Run {min(over + 1, runs)} of {runs}")
        return
    st.plotly_chart(held_out_losses(found), key="room_dataset", alt=describe_losses(found))
    k = len(found.alone_losses)
    happened(_averaged_in_words(wanted, found))
    formula(_length_in_words(found, k))
    for title, said in (
        ("Base model", found.base_says),
        ("Average", found.average_says),
        ("One LoRA on all", found.together_says),
    ):
        st.markdown(f"**{title}:** {continued(found.prompt, ' ' + said.strip())}")
    measured(
        "The bundled model, rank 8, here and now; one run each and few sentences, so that small differences say little."
    )


def _length_in_words(found: Averaged, k: int) -> str:
    """How much of the single updates the average keeps."""
    said = (
        f"ΔW = 1/{k} · Σ (lora_alpha / r) Bᵢ Aᵢ. Its length is ‖ΔW‖ = {found.average_norm:.2f}, that of a single "
        f"update {found.alone_norm:.2f} on average: **{found.kept:.0%}** is left. Were all alike it would be 100%, "
        f"were all at right angles 1/√{k} = {found.kept_at_right_angles:.0%}"
    )
    if found.cosine is not None:
        said += f"; their mean cosine is {found.cosine:.2f}"
    return f"{said}. The one LoRA on all: {found.together_norm:.2f}."


def _averaged_in_words(wanted: Averaging, found: Averaged) -> str:
    return (
        f"On sentences that no run has seen, **one LoRA on all {len(wanted.training)}** has a loss of "
        f"**{found.together_loss:.2f}**, the **average of {len(found.alone_losses)} students' updates "
        f"{found.average_loss:.2f}**, and a single student's {found.alone_loss:.2f} (from "
        f"{min(found.alone_losses):.2f} to {max(found.alone_losses):.2f}); the base model {found.base_loss:.2f}."
    )


def trained_in_words(code: str) -> tuple[str, ...]:
    """What the training on this room's sentences came to, for the page to print; nothing where there was none."""
    view = jobs.current(KIND)
    if view is None or not is_of_room(view.argument, code):
        return ()
    return tuple(
        plain(_averaged_in_words(view.argument, event)) for event in view.events if isinstance(event, Averaged)
    )
