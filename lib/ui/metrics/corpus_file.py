"""A corpus on the page before it is scored: the file, its encoding, its columns, rows that will not be scored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from lib.metrics.corpus.reading.columns import guess_columns
from lib.metrics.corpus.reading.encoding import ENCODINGS
from lib.metrics.corpus.reading.file import Pair, Pairs, choose_pairs, read_table
from lib.metrics.corpus.reading.table import Refused, Table
from lib.metrics.corpus.samples import sample_table, samples
from lib.metrics.errors import CorpusError
from lib.ui.kit import controls
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.units import number_of

NONE = "none"
TOLD = "told from the file"
FIRST_ROW = {TOLD: None, "names of the columns": True, "a pair of texts": False}
SHOWN_CHARACTERS = 300


@dataclass(frozen=True)
class Chosen:
    """A table and where it is from, which stands for it in a cache."""

    table: Table
    source: tuple
    has_other: bool
    """Whether it is known to have a second system."""


def choose_file() -> Chosen:
    """The table to score: an uploaded file, else a sample."""
    upload, sample = st.columns(2)
    with upload:
        file = st.file_uploader("A CSV, TSV or JSON file of references and candidates", key="file")
    with sample:
        if file is not None:
            return _uploaded(file.getvalue())
        titles = {key: each.title for key, each in samples().items()}
        key = controls.select("Or a sample", titles, "two_systems", key="sample")
        st.caption(f"{samples()[key].about} {samples()[key].source}")
    return Chosen(sample_table(key), (key,), samples()[key].other)


def _uploaded(data: bytes) -> Chosen:
    """The file as it is read by itself, or as the student says that it is to be read."""
    own = hashlib.sha256(data).hexdigest()  # the boxes belong to the file: a new one begins by itself
    encodings = [TOLD, *ENCODINGS.values()]
    encoding = st.selectbox("Encoding", encodings, key=f"encoding:{own}", persist_state="session")
    first = st.selectbox("First row of a CSV or TSV", list(FIRST_ROW), key=f"first_row:{own}", persist_state="session")
    codec = next((codec for codec, name in ENCODINGS.items() if name == encoding), None)
    source = (own, codec, FIRST_ROW[first])
    return Chosen(_read(data, codec, FIRST_ROW[first]), source, has_other=False)


# What the two caches hold is never changed, so that it need not be copied for every run of the page.
@st.cache_resource(max_entries=4, ttl=1800, show_spinner=False)
def _read(data: bytes, encoding: str | None, header: bool | None) -> Table:
    return read_table(data, encoding, header)


@st.cache_resource(max_entries=8, ttl=1800, show_spinner=False)
def _pairs(_table: Table, source: tuple, references: list[str], candidate: str, other: str | None) -> Pairs:  # noqa: ARG001 - `source` tells tables apart
    return choose_pairs(_table, references, candidate, other)


def choose_columns(chosen: Chosen) -> Pairs:
    """Which column is what, with the file's own names; a preview, and every row that will not be scored."""
    table = chosen.table
    guess, columns = guess_columns(table), list(table.columns)
    st.caption(f"Read as {escape(table.kind)}, {escape(table.encoding)}.")
    _say_notes(table.notes)
    one, two, three = st.columns(3)
    # The columns belong to the file, so their boxes do too: a new file begins with its own guesses.
    own = str(chosen.source)
    references = one.multiselect("References", columns, list(guess.references), key=f"reference:{own}")
    at = columns.index(guess.candidate) if guess.candidate else None
    candidate = two.selectbox("Candidate", columns, at, key=f"candidate:{own}")
    left = [column for column in columns if column not in (*guess.references, guess.candidate)]
    other_at = 1 + columns.index(left[0]) if chosen.has_other and left else 0
    other = three.selectbox("A second system to compare", [NONE, *columns], other_at, key=f"other:{own}")
    if not references or candidate is None or (guess.labels and candidate == guess.candidate):
        raise CorpusError(guess.problem or "Choose at least one column of references and one for the candidate.")
    pairs = _pairs(table, chosen.source, references, candidate, None if other == NONE else other)
    _say_notes(pairs.notes)
    _preview(pairs.pairs)
    _say_refused(pairs.refused)
    return pairs


def several(references: Sequence[str]) -> str:
    """References in one cell of a table, each cut to what can be read there."""
    return "  ⏐  ".join(reference[:SHOWN_CHARACTERS] for reference in references)


def _preview(pairs: Sequence[Pair]) -> None:
    most = max(len(pair.references) for pair in pairs)
    st.caption(number_of(len(pairs), "pair") + (f", up to {most} references each." if most > 1 else "."))
    rows = [
        {"Row": pair.number, "Reference": several(pair.references), "Candidate": pair.candidate[:SHOWN_CHARACTERS]}
        | ({"Second system": pair.other[:SHOWN_CHARACTERS]} if pair.other is not None else {})
        for pair in pairs[:5]
    ]
    show_table(rows, alt="The first pairs")


def _say_notes(notes: Sequence[str]) -> None:
    for note in notes:
        st.info(escape(note), icon=":material/info:")


def _say_refused(refused: tuple[Refused, ...]) -> None:
    if not refused:
        return
    count = f"{len(refused):,} row" + ("s are" if len(refused) > 1 else " is")
    with st.expander(f"{count} not scored, and why", icon=":material/report:"):
        show_table([{"Row": each.number, "Why": each.why} for each in refused], alt="Rows not scored")
