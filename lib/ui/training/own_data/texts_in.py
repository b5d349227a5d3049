"""Texts pasted or uploaded, the form they have, and the part that is held out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from lib.training.errors import TrainingError
from lib.training.own_data.forms import (
    CHAT,
    FORMS,
    INSTRUCTION,
    Form,
    OwnTexts,
    make_texts,
    no_form,
    read,
    told_form,
)
from lib.training.own_data.records import Records
from lib.training.own_data.split import Split, own_split, split
from lib.training.own_data.texts import MAX_BYTES, MAX_TEXTS, Refused
from lib.ui.kit import controls
from lib.ui.kit.problems import NotYet
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.training.own_data.boxes import TEXT, choice_for, keep_pasted, pasted_text, uploaded_file

EXAMPLE = """{"instruction": "Order: black coffee with sugar", "response": "Kopi O"}
{"instruction": "Order: black tea with sugar", "response": "Teh O"}
{"instruction": "Order: black coffee with no sugar", "response": "Kopi O Kosong"}
{"instruction": "Order: black tea with no sugar", "response": "Teh O Kosong"}
{"instruction": "Order: iced black coffee with sugar", "response": "Kopi O Peng"}
{"instruction": "Order: iced black tea with sugar", "response": "Teh O Peng"}"""
TOLD = "told from the columns"
NONE = "none"


def texts_in() -> Split:
    """Both sides of the texts; NotYet where there are none, StudentError where something is wrong with them."""
    typed = pasted_text(
        "Paste rows of CSV or JSONL with an instruction and a response each, chat messages, or plain texts"
    )
    file = uploaded_file()
    st.caption(f"Up to {MAX_BYTES // 1_000_000} MB and {MAX_TEXTS:,} texts. They stay on this machine.")
    if file is None and not typed.strip():
        st.button("Put in an example", on_click=_put_in_example, icon=":material/edit_note:", key="own-example")
        if not typed:
            raise NotYet
    if file is not None and typed.strip():
        st.caption("The file is used. Take it out to use what is typed.")
    data = typed if file is None else file
    own = hashlib.sha256(data if isinstance(data, bytes) else data.encode("utf-8", "replace")).hexdigest()
    records = _read(data, own)
    form = _choose_form(records, own)
    made = _make(records, own, form)
    _say(made.notes + records.notes, made.refused)
    if made.has_own_split and controls.toggle("Hold out what the column “split” says", True, key="own-split"):
        return _by_column(made, own, form)
    left, right = st.columns([2, 1])
    with left:
        share = controls.slider("Held out (%)", 5, 50, 20, key="own-share", step=5)
    with right:
        seed = controls.number("Seed", 0, 1_000_000, 0, key="own-seed")
    return _split(made, own, form, share / 100, seed)


def _put_in_example() -> None:
    st.session_state[TEXT] = EXAMPLE
    keep_pasted()


def _choose_form(records: Records, own: str) -> Form:
    """The form that is told, or the one that the student says; its boxes belong to these texts."""
    told = told_form(records)
    chosen = choice_for(own, "own-form", "Form", [TOLD, *FORMS.values()], TOLD)
    if chosen == TOLD:
        if told is None:
            raise no_form(records)
        st.markdown(f":material/check: Read as {escape(records.kind)}: {escape(told.words)}.")
        return told
    kind = next(kind for kind, words in FORMS.items() if words == chosen)
    names = list(records.columns)

    def column(label: str, guess: str, *, optional: bool = False) -> str:
        offered = [NONE, *names] if optional else names
        picked = choice_for(own, f"own-{label}", label, offered, guess if guess in offered else offered[0])
        return "" if picked == NONE else picked

    if kind != INSTRUCTION:
        label = "Column of the messages" if kind == CHAT else "Column of the texts"
        return Form(kind, text=column(label, told.text if told else ""))
    if len(names) < 2:
        raise TrainingError(
            f"There is only one column, “{names[0][:40]}”; an instruction and its response need one each"
        )
    asks = column("Column of the instruction", told.asks if told else names[0])
    answers = column("Column of the response", told.answers if told and told.answers else names[1])
    if asks == answers:
        raise TrainingError("Instruction and response are the same column; choose two different ones")
    return Form(kind, asks=asks, answers=answers, context=column("Column below the instruction", "", optional=True))


# What these caches hold is never changed, so that it need not be copied for every run of the page.
@st.cache_resource(max_entries=8, ttl=1800, show_spinner=False)
def _read(_data: bytes | str, own: str) -> Records:  # noqa: ARG001 - `own` tells texts apart
    return read(_data)


@st.cache_resource(max_entries=8, ttl=1800, show_spinner=False)
def _make(_records: Records, own: str, form: Form) -> OwnTexts:  # noqa: ARG001
    return make_texts(_records, form)


@st.cache_resource(max_entries=8, ttl=1800, show_spinner=False)
def _split(_made: OwnTexts, own: str, form: Form, share: float, seed: int) -> Split:  # noqa: ARG001
    return split(_made.texts, share, seed)


@st.cache_resource(max_entries=8, ttl=1800, show_spinner=False)
def _by_column(_made: OwnTexts, own: str, form: Form) -> Split:  # noqa: ARG001
    return own_split(_made.texts)


def _say(notes: Sequence[str], refused: Sequence[Refused]) -> None:
    for note in notes:
        st.info(escape(note), icon=":material/info:")
    if refused:
        count = "1 row is" if len(refused) == 1 else f"{len(refused):,} rows are"
        with st.expander(f"{count} left out, and why", icon=":material/report:"):
            show_table([{"Row": each.number, "Why": each.why} for each in refused[:200]], alt="Rows left out")
