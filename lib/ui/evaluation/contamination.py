"""Contamination on the page: a training text, a test item, what each published rule says."""

from __future__ import annotations

import streamlit as st

from lib.charts.evaluation import contamination as charts
from lib.evaluation.contamination import GPT3_LEAST, GPT3_MOST, Overlap, overlap, seen_by_n, verdicts
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.text import escape
from lib.ui.kit.tokens import Chip, chips

TRAINING = (
    "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do: once or "
    "twice she had peeped into the book her sister was reading, but it had no pictures or conversations in it, “and "
    "what is the use of a book,” thought Alice “without pictures or conversations?”"
)
ITEMS = {
    "copy": "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do",
    "edited": "Alice was beginning to get very bored of sitting by her brother on the bank, and of having little to do",
    "paraphrase": "Sitting beside her sister with nothing to occupy her, Alice had started to feel bored",
    "half": "What was the name of the girl who was very tired of sitting by her sister on the bank, and of having "
    "nothing to do, before the rabbit ran by and she followed it down the hole?",
    "new": "Once or twice a week the museum in Outram opens at night, and a guide explains the use of a rubber press",
}
LABELS = {
    "copy": "copied word for word",
    "edited": "three words changed",
    "paraphrase": "said in other words",
    "half": "half copied, half new",
    "new": "new",
}
MAX_ITEM, MAX_TRAINING = 1_500, 20_000


def texts() -> tuple[str, str]:
    """(training text, item), both the student's to change."""
    kind = controls.select("A test item that is", LABELS, "half", key="kind", on_change=_fill_in)
    training = st.text_area(
        "Training text", TRAINING, key="training", max_chars=MAX_TRAINING, height=150, persist_state="session"
    )
    item = controls.text("Test item", ITEMS[kind], key="item", max_chars=MAX_ITEM, live=True)
    st.caption("Training text: Lewis Carroll, Alice's Adventures in Wonderland (1865), until you change it.")
    return training[:MAX_TRAINING], item


def result(training: str, item: str) -> dict:
    """The item's words that were seen, the rules' verdicts, and how they depend on n."""
    n = controls.slider("n, words in a row", 1, 20, 8, key="n")
    found = overlap(training, item, n)
    chips(
        f"In the training text: {found.found} of {found.ngrams} {n}-grams",
        [Chip(word.surface, 0 if word.seen else None, numbered=False) for word in found.words],
    )
    shares = seen_by_n(training, item)
    st.plotly_chart(charts.seen_curve(shares, n), key="seen", alt=_overlap_in_words(found))
    happened(
        f"The longest run of words that both share has **{found.longest_run}**. A small n finds runs that any two "
        "texts share; a large n misses an item in which a word is changed every now and then."
    )
    st.subheader("What the published rules say", anchor=False)
    told = verdicts(training, item)
    for column, verdict in zip(st.columns(3), told, strict=True):
        label = {True: "contaminated", False: "clean", None: "too short"}[verdict.dirty]
        with column.container(border=True, height="stretch"):
            st.metric(f"{verdict.rule}'s rule", label)
            st.caption(escape(verdict.why))
    st.caption(
        f"Each rule has its own n, whatever the slider says: GPT-3 takes {GPT3_LEAST} to {GPT3_MOST} words, by the "
        "length of the items of a benchmark (here: of this item)."
    )
    if len({verdict.dirty for verdict in told if verdict.dirty is not None}) > 1:
        st.info(
            "The rules disagree: what is “clean” in one report may be “contaminated” in another.",
            icon=":material/balance:",
        )
    return {
        "n": n,
        "found": found.found,
        "ngrams": found.ngrams,
        "longest_run_words": found.longest_run,
        "verdicts": {verdict.rule: verdict.dirty for verdict in told},
        "seen_share_by_n": shares,
    }


def seen_rows(told: dict | None) -> list[dict]:
    return [{"n": n, "seen_share": share} for n, share in told["seen_share_by_n"].items()] if told else []


def _fill_in() -> None:
    kind = st.session_state.get("kind")
    if kind in ITEMS:
        st.session_state["item"] = ITEMS[kind]


def _overlap_in_words(found: Overlap) -> str:
    return f"With {found.n}-grams {found.seen_share:.0%} of the item's words are found in the training text"
