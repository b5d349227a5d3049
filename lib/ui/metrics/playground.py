"""The playground's inputs: texts as they are typed, presets, settings, all of them in the link."""

from __future__ import annotations

import streamlit as st

from lib.metrics.pair.presets import Preset, presets
from lib.metrics.pair.scored_pair import PairQuestion, PairScores
from lib.ui.kit import controls
from lib.ui.metrics.bleu_settings import choose_smoothing, choose_tokeniser, choose_weights

MAX_TYPED = 600
LINE_BREAK = "⏎"
"""A text box of one line has no other way to say where a line ends; ROUGE-Lsum needs to know."""
FIRST = "lecture-rouge"


def choose_preset() -> Preset:
    """The preset last chosen; its texts may have been changed since."""
    titles = {key: f"{preset.group}: {preset.title}" for key, preset in presets().items()}
    _begin_with_link(titles)
    key = controls.select(
        "Begin with",
        titles,
        FIRST,
        key="preset",
        on_change=_fill_boxes,
        help="Each trap is a pair that a metric gets wrong.",
    )
    return presets()[key]


def question(stemmer: bool, tokenise: str, weights: tuple[float, ...], method: int) -> PairQuestion:
    """The texts in the boxes with the settings given; MetricError if they cannot be scored."""
    references = [_text(key) for key in ("ref", "ref2", "ref3")]
    kept = tuple(text for index, text in enumerate(references) if index == 0 or text.strip())
    return PairQuestion(kept, _text("cand"), stemmer, tokenise, weights, method)


def text_boxes() -> None:
    """Reference and candidate, scored with every letter typed."""
    first = presets()[FIRST].question
    hint = f"{LINE_BREAK} stands for a new line"
    reference, candidate = st.columns(2)
    with reference:
        controls.text("Reference (human)", first.references[0], key="ref", max_chars=MAX_TYPED, live=True, help=hint)
    with candidate:
        controls.text("Candidate (model)", first.candidate, key="cand", max_chars=MAX_TYPED, live=True, help=hint)


def more_references() -> None:
    second, third = st.columns(2)
    with second:
        controls.text("Second reference", "", key="ref2", max_chars=MAX_TYPED, live=True)
    with third:
        controls.text("Third reference", "", key="ref3", max_chars=MAX_TYPED, live=True)
    st.caption("ROUGE takes the reference with the best F1; BLEU clips each n-gram by the reference that has most.")


def scoring_settings() -> tuple[bool, str, tuple[float, ...], int]:
    """(stemmer for ROUGE; tokeniser, weights and smoothing method for BLEU)."""
    stemmer = controls.toggle("Stemmer (ROUGE)", True, key="stem", help="Porter's; words over three letters.")
    cut, smoothed = st.columns(2, vertical_alignment="bottom")
    with cut:
        tokenise = choose_tokeniser()
    with smoothed:
        method = choose_smoothing()
    return stemmer, tokenise, choose_weights(), method


def untouched(preset: Preset, asked: PairQuestion) -> bool:
    """Whether the texts are still the preset's, so that its explanation fits."""
    return (preset.question.references, preset.question.candidate) == (
        asked.references,
        asked.candidate,
    )


def explain(preset: Preset, scores: PairScores) -> None:
    """What to look for; opened, why: the explanation in the pair's own numbers."""
    with st.expander(f"**{preset.title}**: {preset.look}", icon=":material/lightbulb:"):
        st.markdown(preset.explain(scores))
        st.caption(preset.source)


def _text(key: str) -> str:
    default = {"ref": presets()[FIRST].question.references[0], "cand": presets()[FIRST].question.candidate}.get(key, "")
    return str(st.session_state.get(key, default) or "")[:MAX_TYPED].replace(LINE_BREAK, "\n")


def _begin_with_link(titles: dict[str, str]) -> None:
    """A link that names a preset and no texts means the preset's texts."""
    asked = st.query_params.get("preset")
    named = next((key for key, title in titles.items() if title == asked), None)
    first_run = "preset" not in st.session_state
    if first_run and named and not any(key in st.query_params for key in ("ref", "cand")):
        _put_into_boxes(presets()[named])


def _fill_boxes() -> None:
    """For the preset's `on_change`: put its texts and settings into the boxes."""
    key = st.session_state.get("preset")
    if key in presets():
        _put_into_boxes(presets()[key])


def _put_into_boxes(preset: Preset) -> None:
    asked = preset.question
    references = [*asked.references, "", ""][:3]
    state = st.session_state
    state["ref"], state["ref2"], state["ref3"] = (text.replace("\n", LINE_BREAK) for text in references)
    state["cand"] = asked.candidate.replace("\n", LINE_BREAK)
    state["stem"], state["tok"], state["smooth"] = asked.stemmer, asked.tokenise, str(asked.method)
    state["rouge"], state["n"], state["view"] = str(min(preset.n, 3)), preset.n, preset.tab
    for order, weight in enumerate(asked.weights, start=1):
        state[f"w{order}"] = weight


def score_rows(numbers: dict[str, float] | None) -> list[dict]:
    """The scores as a file of two columns."""
    return [{"measure": name, "value": value} for name, value in (numbers or {}).items()]
