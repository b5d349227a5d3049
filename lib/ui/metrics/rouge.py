"""ROUGE on the page: words linked by colour, the arithmetic filled in, the longest common subsequence drawn."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from rouge_score.scoring import Score

from lib.charts.metrics import playground as charts
from lib.metrics.pair.presets import shown
from lib.metrics.pair.rouge import Rouge, RougeL, RougeLsum, RougeN, Share, Token
from lib.metrics.pair.scored_pair import PairScores
from lib.ui.kit import controls
from lib.ui.kit.tables import show_table
from lib.ui.kit.tokens import Chip, chips
from lib.ui.metrics.agreement import say_steps_agree
from lib.ui.metrics.linked import as_written, linked
from lib.units import number_of

NONE = "no n-gram of this length"
VIEWS = {"1": "ROUGE-1", "2": "ROUGE-2", "3": "ROUGE-3", "L": "ROUGE-L", "Lsum": "ROUGE-Lsum"}


def view(scores: PairScores) -> None:
    """All of ROUGE for one pair: n-grams of the chosen n, or a longest common subsequence."""
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = controls.segmented("Measure", VIEWS, "1", key="rouge", label_visibility="collapsed")
        _headline(scores.rouge[f"rouge{kind}"])
    which, share = scores.steps_of(f"rouge{kind}")
    chosen = scores.rouges[which]
    if len(scores.rouges) > 1:
        st.caption(f"Reference {which + 1} of {len(scores.rouges)} has the best F1 for {VIEWS[kind]}; it is shown.")
    if isinstance(share, RougeL):
        _longest(chosen, share)
    elif isinstance(share, RougeLsum):
        _by_sentence(share)
    else:
        _ngrams(chosen, share)
    _arithmetic(VIEWS[kind], share, scores.rouge[f"rouge{kind}"])
    say_steps_agree(scores.compared_rouge, "rouge-score")
    _stems(chosen)
    _all_measures(scores)


def _headline(score: Score) -> None:
    """What it comes to, before how: on a projector the arithmetic lies below the first screen."""
    recall, precision, f1 = map(shown, (score.recall, score.precision, score.fmeasure))
    st.markdown(f"### Recall\u00a0{recall}, precision\u00a0{precision}, F1\u00a0{f1}", width="content")


def _ngrams(chosen: Rouge, share: RougeN) -> None:
    n = share.overlap.n
    (reference,), candidate = linked(share.overlap)
    wrote = [token.surface for token in chosen.reference_tokens], [token.surface for token in chosen.candidate_tokens]
    chips(f"Reference: {share.in_reference}", as_written(reference, wrote[0], n), NONE)
    chips(f"Candidate: {share.in_candidate}", as_written(candidate, wrote[1], n), NONE)


def _longest(chosen: Rouge, longest: RougeL) -> None:
    link = {i: at for at, (i, _) in enumerate(longest.path)}
    other = {j: at for at, (_, j) in enumerate(longest.path)}
    reference = [Chip(word, link.get(i)) for i, word in enumerate(longest.reference)]
    candidate = [Chip(word, other.get(j)) for j, word in enumerate(longest.candidate)]
    chips("Reference", as_written(reference, [token.surface for token in chosen.reference_tokens]))
    chips("Candidate", as_written(candidate, [token.surface for token in chosen.candidate_tokens]))
    widest = max(len(longest.reference), len(longest.candidate))
    if longest.matched and widest <= charts.MAX_GRID_WORDS:
        words = " ".join(longest.reference[i] for i, _ in longest.path)
        st.plotly_chart(
            charts.lcs_grid(longest), key="lcs", alt=f"{number_of(len(longest.path), 'word')} in order: {words}"
        )
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


def _arithmetic(name: str, share: Share, score: Score) -> None:
    """Recall, precision and F1 as the lecture writes them: our counts, the library's results."""
    recall, precision, f1 = st.columns(3)
    with recall.container(border=True, height="stretch"):
        st.markdown(f"**Recall**: matched {share.what} over those in the reference")
        st.latex(_fraction(share.matched, share.in_reference, score.recall))
    with precision.container(border=True, height="stretch"):
        st.markdown(f"**Precision**: matched {share.what} over those in the candidate")
        st.latex(_fraction(share.matched, share.in_candidate, score.precision))
    with f1.container(border=True, height="stretch"):
        st.markdown(f"**{name} F1**: the harmonic mean of both")
        p, r = shown(score.precision), shown(score.recall)
        over = rf"\vphantom{{\Bigg|}} 2 \times \frac{{{p} \times {r}}}{{{p} + {r}}}"
        st.latex(rf"{over} = \mathbf{{{shown(score.fmeasure)}}}" if score.fmeasure else r"\mathbf{0}")


def _fraction(above: int, below: int, value: float) -> str:
    return rf"\vphantom{{\Bigg|}} \frac{{{above}}}{{{below}}} = \mathbf{{{shown(value)}}}" if below else r"\mathbf{0}"


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
            "F1": score.fmeasure,
        }
        for name, score in scores.rouge.items()
    ]
    with st.expander("All five measures to the last digit", icon=":material/table:"):
        show_table(
            rows,
            column_config={name: _exact(name) for name in ("Precision", "Recall", "F1")},
            alt="ROUGE",
        )


def _exact(name: str) -> st.column_config.NumberColumn:
    return st.column_config.NumberColumn(name, format="%.16g")
