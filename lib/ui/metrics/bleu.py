"""BLEU on the page: clipped counts, brevity, the geometric mean beside the slide's average, smoothing, tokenisers."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.charts.metrics import playground as charts
from lib.metrics.errors import MetricError
from lib.metrics.pair.bleu import Bleu
from lib.metrics.pair.libraries import sacre_ter
from lib.metrics.pair.presets import shown
from lib.metrics.pair.scored_pair import PairQuestion, PairScores, bleu_by_smoothing, bleu_by_tokeniser
from lib.metrics.smoothing import SMOOTHINGS, smoothing
from lib.metrics.tokenisers import not_here
from lib.ui.kit import controls
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.kit.tokens import chips
from lib.ui.metrics.agreement import say_steps_agree
from lib.ui.metrics.linked import linked


def view(scores: PairScores) -> None:
    """All of BLEU for one pair."""
    scored = scores.bleu
    _mean_against_average(scores)
    with st.columns(3)[0]:
        n = controls.slider("Length n of the n-grams", 1, 4, 1, key="n")
    if n <= len(scored.overlaps):
        overlap = scored.overlaps[n - 1]
        references, candidate = linked(overlap)
        for number, row in enumerate(references, start=1):
            name = "Reference" if len(references) == 1 else f"Reference {number}"
            chips(f"{name}: {len(row)}", row, f"shorter than {n} words")
        chips(f"Candidate: {overlap.matched} of {overlap.candidate_total} count", candidate, f"shorter than {n} words")
    left, right = st.columns(2)
    left.plotly_chart(charts.precisions(scored), key="precisions", alt=_say_counts(scored))
    right.plotly_chart(
        charts.brevity_curve(scored),
        key="brevity",
        alt=f"{scored.candidate_length} words against {scored.reference_length}: penalty {scored.brevity_penalty:.3f}",
    )
    _arithmetic(scored, scores.nltk_bleu)
    say_steps_agree(scores.compared_bleu, "nltk")
    _beside(scores)
    _smoothings(scores.question)
    _tokenisers(scores.question)


def _mean_against_average(scores: PairScores) -> None:
    scored = scores.bleu
    bleu, average, penalised = st.columns(3)
    bleu.metric("BLEU: geometric mean × penalty", shown(scores.nltk_bleu), border=True)
    average.metric("The slide's “average” of precisions", shown(scored.average_precision), border=True)
    penalised.metric("That average × penalty", shown(scored.average_times_penalty), border=True)
    if scored.missing_orders:
        orders = " and ".join(f"{order}-grams" for order in scored.missing_orders)
        note = (
            f"No {orders} in common. NLTK warns that BLEU “evaluates to 0”; it gives {shown(scores.nltk_bleu)}, "
            "because it takes the logarithm of the smallest normal float, 2.2e-308, instead of 0."
            if scored.method == 0
            else f"No {orders} in common: the smoothing stands in for them."
        )
        st.warning(note, icon=":material/warning:")
    elif not scored.smoothed:
        st.warning("No word in common: NLTK returns an exact 0, without a warning.", icon=":material/warning:")


def _say_counts(scored: Bleu) -> str:
    return "; ".join(f"{each.n}-grams {each.matched} of {each.candidate_total}" for each in scored.overlaps)


def _arithmetic(scored: Bleu, nltk_bleu: float) -> None:
    """BP · exp(Σ wₙ ln pₙ) with the numbers in."""
    with st.container(border=True):
        st.markdown("**Brevity penalty, then geometric mean**")
        c, r = scored.candidate_length, scored.reference_length
        if c > r:
            st.latex(rf"\mathrm{{BP}} = 1 \quad (c = {c} > r = {r})")
        elif c:
            st.latex(rf"\mathrm{{BP}} = e^{{1 - r/c}} = e^{{1 - {r}/{c}}} = {shown(scored.brevity_penalty)}")
        else:
            st.latex(r"\mathrm{BP} = 0 \quad (\text{empty candidate})")
        if not scored.smoothed:
            st.latex(r"\mathrm{BLEU} = 0")
            return
        factors = [
            rf"{_latex(float(p))}^{{{weight:g}}}" for p, weight in zip(scored.smoothed, scored.weights, strict=True)
        ]
        # Two factors a line, so that a phone shows all of it.
        lines = [r" \cdot ".join(factors[start : start + 2]) for start in range(0, len(factors), 2)]
        product = r" \\ & \quad \cdot ".join(lines)
        result = _latex(nltk_bleu).strip("()")
        st.latex(
            rf"\begin{{aligned}} \mathrm{{BLEU}} &= \vphantom{{\Big|}} {shown(scored.brevity_penalty)} \times "
            rf"{product} \\ &= \mathbf{{{result}}} \end{{aligned}}"
        )


def _latex(value: float) -> str:
    """A number for a formula: 7.5e-78 as a power of ten, in braces so that an exponent can follow."""
    text = shown(value)
    if "e" not in text:
        return text
    digits, exponent = text.split("e")
    return rf"({digits} \cdot 10^{{{int(exponent)}}})"


def _beside(scores: PairScores) -> None:
    """sacrebleu's BLEU and chrF, which a paper would report, with what makes them repeatable."""
    sacre, chrf = st.columns(2)
    for column, score in ((sacre, scores.sacre), (chrf, scores.chrf)):
        with column.container(border=True):
            st.metric(f"{score.name}, sacrebleu (0 to 100)", f"{score.score:.2f}")
            st.code(score.signature, language=None, wrap_lines=True)
            st.caption(escape(score.working))
    if controls.toggle("TER as well: edits needed, phrases may move", False, key="ter"):
        try:
            ter = sacre_ter(scores.question.references, scores.question.candidate)
        except MetricError as error:
            st.caption(f":material/block: {escape(str(error))}")
        else:
            st.markdown(f"TER **{ter.score:.1f}** ({ter.working}; 0 is best). `{ter.signature}`")


def _opened(label: str, icon: str, key: str) -> DeltaGenerator | None:
    """An expander that is worked out only once it is open: closed it costs a moved control nothing."""
    part = st.expander(label, key=key, icon=icon, on_change="rerun")
    return part if part.open else None


def _smoothings(question: PairQuestion) -> None:
    part = _opened("All eight of NLTK's smoothing methods on this pair", ":material/compare:", "all_smoothings")
    if part is None:
        return
    with part:
        results = bleu_by_smoothing(question)
        names = [f"{each.method} {each.name}" for each in SMOOTHINGS]
        alt = "; ".join(
            f"{name}: {'stops' if value is None else shown(value)}" for name, value in zip(names, results, strict=True)
        )
        st.plotly_chart(charts.smoothings(names, results), key="smoothings", alt=alt)
        st.markdown("\n".join(f"- **{each.method}**: {each.what}" for each in SMOOTHINGS))
        st.caption("Chen and Cherry 2014; 6 stops where no trigram is shared, and 5 and 7 can exceed 1.")


def _tokenisers(question: PairQuestion) -> None:
    part = _opened("The same texts cut in every way", ":material/content_cut:", "all_tokenisers")
    if part is None:
        return
    with part:
        rows = [
            {"Tokeniser": cut.label, "BLEU": bleu, "Tokens": len(tokens), "Candidate": " · ".join(tokens)}
            for cut, bleu, tokens in bleu_by_tokeniser(question)
        ]
        show_table(
            rows,
            column_config={"BLEU": st.column_config.NumberColumn(format="%.4g")},
            alt="BLEU by tokeniser",
        )
        st.caption(
            "NLTK's BLEU takes whatever tokens it is given; sacrebleu cuts by itself and says how in its signature. "
            f"Smoothing here: {smoothing(question.method).name}."
            + "".join(f" Not here: {name}; {escape(lacking)}." for name, lacking in not_here().items())
        )
