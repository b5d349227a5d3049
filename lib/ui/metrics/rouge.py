"""ROUGE on the page: words linked by colour, the arithmetic filled in, the longest common subsequence drawn."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.charts.metrics import playground as charts
from lib.metrics.pair.pair import PairScores
from lib.metrics.pair.presets import shown
from lib.metrics.pair.rouge import Rouge, RougeLsum
from lib.metrics.pair.score import Score
from lib.metrics.pair.tokens import Token
from lib.ui.kit import controls
from lib.ui.kit.tables import show_table
from lib.ui.kit.tokens import Chip, as_written, chips, linked

NONE = "no n-gram of this length"
VIEWS = {"1": "ROUGE-1", "2": "ROUGE-2", "3": "ROUGE-3", "L": "ROUGE-L", "Lsum": "ROUGE-Lsum"}


def view(scores: PairScores) -> None:
    """All of ROUGE for one pair: n-grams of the chosen n, or a longest common subsequence."""
    kind = controls.segmented("Measure", VIEWS, "1", key="rouge", label_visibility="collapsed")
    name = f"rouge{kind}"
    which, score = scores.best[name]
    chosen = scores.rouges[which]
    if len(scores.rouges) > 1:
        st.caption(f"Reference {which + 1} of {len(scores.rouges)} has the best F1 for {VIEWS[kind]}; it is shown.")
    if kind == "L":
        _longest(chosen)
    elif kind == "Lsum":
        _by_sentence(chosen.by_sentence)
    else:
        _ngrams(chosen, int(kind))
    _arithmetic(VIEWS[kind], score, *_counts(chosen, kind))
    _stems(chosen)
    _all_measures(scores)


def _counts(chosen: Rouge, kind: str) -> tuple[int, int, int, str]:
    """(matched, in reference, in candidate, what is counted)."""
    if kind == "L":
        longest = chosen.longest
        return longest.matched, len(longest.reference), len(longest.candidate), "words in order"
    if kind == "Lsum":
        each = chosen.by_sentence
        return each.matched, each.in_reference, each.in_candidate, "words in order, line by line"
    by_n = chosen.by_n[int(kind)]
    return by_n.matched, by_n.in_reference, by_n.in_candidate, {1: "words", 2: "bigrams", 3: "trigrams"}[by_n.n]


def _ngrams(chosen: Rouge, n: int) -> None:
    scored = chosen.by_n[n]
    (reference,), candidate = linked(scored.overlap)
    wrote = [token.surface for token in chosen.reference_tokens], [token.surface for token in chosen.candidate_tokens]
    chips(f"Reference: {scored.in_reference}", as_written(reference, wrote[0], n), NONE)
    chips(f"Candidate: {scored.in_candidate}", as_written(candidate, wrote[1], n), NONE)


def _longest(chosen: Rouge) -> None:
    longest = chosen.longest
    link = {i: at for at, (i, _) in enumerate(longest.path)}
    other = {j: at for at, (_, j) in enumerate(longest.path)}
    reference = [Chip(word, link.get(i)) for i, word in enumerate(longest.reference)]
    candidate = [Chip(word, other.get(j)) for j, word in enumerate(longest.candidate)]
    chips("Reference", as_written(reference, [token.surface for token in chosen.reference_tokens]))
    chips("Candidate", as_written(candidate, [token.surface for token in chosen.candidate_tokens]))
    widest = max(len(longest.reference), len(longest.candidate))
    if longest.matched and widest <= charts.MAX_GRID_WORDS:
        words = " ".join(longest.reference[i] for i, _ in longest.path)
        st.plotly_chart(charts.lcs_grid(longest), key="lcs", alt=f"Longest common subsequence: {words}")
        st.caption(
            "A dot where two words are equal; the line goes through as many as it can without turning back. "
            "Where several are equally long, this is the one rouge-score takes."
        )


def _by_sentence(scored: RougeLsum) -> None:
    if not scored.unions:
        chips("Reference", [])
    for number, union in enumerate(scored.unions, start=1):
        counted, hit = set(union.counted), set(union.in_some_lcs)
        row = [
            Chip(word, index if index in hit else None, index in hit and index not in counted)
            for index, word in enumerate(union.sentence)
        ]
        chips(f"Reference, line {number}: {len(counted)} of {len(union.sentence)} found in order in some line", row)


def _arithmetic(name: str, score: Score, matched: int, in_reference: int, in_candidate: int, what: str) -> None:
    """Recall, precision and F1 as the lecture writes them, with the numbers in."""
    recall, precision, f1 = st.columns(3)
    with recall.container(border=True, height="stretch"):
        st.markdown(f"**Recall**: matched {what} over those in the reference")
        st.latex(_fraction(matched, in_reference, score.recall))
    with precision.container(border=True, height="stretch"):
        st.markdown(f"**Precision**: matched {what} over those in the candidate")
        st.latex(_fraction(matched, in_candidate, score.precision))
    with f1.container(border=True, height="stretch"):
        st.markdown(f"**{name} F1**: the harmonic mean of both")
        p, r = shown(score.precision), shown(score.recall)
        over = rf"2 \times \frac{{{p} \times {r}}}{{{p} + {r}}}" if score.f1 else "0"
        st.latex(rf"{over} = \mathbf{{{shown(score.f1)}}}" if score.f1 else r"\mathbf{0}")


def _fraction(above: int, below: int, value: float) -> str:
    return rf"\frac{{{above}}}{{{below}}} = \mathbf{{{shown(value)}}}" if below else r"\mathbf{0}"


def _stems(chosen: Rouge) -> None:
    """Which words the stemmer changed, and which it joined that were not equal before."""
    tokens: Sequence[Token] = (*chosen.reference_tokens, *chosen.candidate_tokens)
    changed = {token.surface.lower(): token.text for token in tokens if token.text != token.surface.lower()}
    stems = {token.text: set() for token in tokens}
    for token in tokens:
        stems[token.text].add(token.surface.lower())
    joined = {stem: sorted(words) for stem, words in stems.items() if len(words) > 1}
    if joined:
        shown_pairs = "; ".join(f"{' and '.join(words)} are both “{stem}”" for stem, words in joined.items())
        st.caption(f":material/link: The stemmer joined words: {shown_pairs}.")
    elif changed:
        some = ", ".join(f"{word} → {stem}" for word, stem in list(changed.items())[:6])
        st.caption(f":material/content_cut: The stemmer cut {some}; it joined no words of this pair.")


def _all_measures(scores: PairScores) -> None:
    rows = [
        {
            "Measure": name.replace("rouge", "ROUGE-"),
            "Precision": score.precision,
            "Recall": score.recall,
            "F1": score.f1,
        }
        for name, (_, score) in scores.best.items()
    ]
    with st.expander("All five measures to the last digit", icon=":material/table:"):
        show_table(
            rows,
            column_config={name: _exact(name) for name in ("Precision", "Recall", "F1")},
            alt="ROUGE",
        )


def _exact(name: str) -> st.column_config.NumberColumn:
    return st.column_config.NumberColumn(name, format="%.16g")
