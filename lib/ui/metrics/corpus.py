"""Corpus mode on the page: a file in, a job that can be stopped, and what it found."""

from __future__ import annotations

import streamlit as st

from lib.charts.metrics import corpus as charts
from lib.engine import JobView
from lib.metrics.corpus.bootstrap import BootstrapProgress
from lib.metrics.corpus.job import CorpusProgress, CorpusScored, result_rows
from lib.metrics.corpus.reading.file import Pairs
from lib.metrics.corpus.rows import AUTOMATIC, MEASURES, CorpusJob
from lib.metrics.pair.presets import shown
from lib.metrics.tokenisers import not_here, tokenisers
from lib.ui.kit import controls, jobs
from lib.ui.kit.presenting.recorded_run import when_measured
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.metrics.agreement import say_rows_agree
from lib.ui.metrics.bleu_settings import choose_smoothing, choose_weights
from lib.ui.metrics.corpus_file import SHOWN_CHARACTERS, several
from lib.ui.metrics.letters import say_lost_letters, say_no_spaces
from lib.units import number_of

KIND = "corpus"
SHOWN = {
    "rougeL_f1": "ROUGE-L F1",
    "rouge1_f1": "ROUGE-1 F1",
    "rouge2_f1": "ROUGE-2 F1",
    "nltk_bleu": "sentence BLEU (NLTK)",
    "sacrebleu": "sentence BLEU (sacrebleu)",
    "chrf2": "chrF",
}


def scoring_settings(pairs: Pairs) -> CorpusJob:
    """The job that these rows and the settings make; MetricError for settings that cannot be."""
    with st.expander("More: tokeniser, case, smoothing, weights, stemmer, resamples", icon=":material/tune:"):
        cut, smoothed, resampled = st.columns(3)
        with cut:
            labels = {AUTOMATIC: "by the letters of the texts"}
            labels |= {key: each.label for key, each in tokenisers().items()}
            tokenise = controls.select("Tokeniser (BLEU)", labels, AUTOMATIC, key="cut")
        with smoothed:
            method = choose_smoothing()
        with resampled:
            samples_ = controls.slider("Bootstrap resamples", 100, 2_000, 1_000, key="resamples", step=100)
        case, stems = st.columns(2)
        with case:
            lowercase = controls.toggle("Lower case (BLEU, chrF)", False, key="lower")
        with stems:
            stemmer = controls.toggle("Stemmer (ROUGE)", False, key="stem")
        weights = choose_weights()
        st.caption(
            "Smoothing and weights are NLTK's. sacrebleu has its own smoothing; it uses the tokeniser chosen here "
            "where it offers that one, and its own 13a otherwise, as its signature says."
            + "".join(f" Not here: {name}; {escape(lacking)}." for name, lacking in not_here().items())
        )
    job = CorpusJob(pairs, stemmer, tokenise, method, weights, lowercase, samples_)
    say_lost_letters(job.lost_words)
    say_no_spaces(job.suggested, job.cut_by)
    return job


def start_and_stop(job: CorpusJob) -> None:
    jobs.start_and_stop(KIND, f"Score {number_of(len(job.pairs.pairs), 'pair')}", _queue_scoring, job)


def results(job: CorpusJob | None) -> None:
    """The newest run, and whether it is of the rows chosen above."""
    view = jobs.current(KIND)
    if view is not None and job is not None and view.argument.pairs != job.pairs:
        st.info("Below is the previous run; press Score for the rows chosen above.", icon=":material/history:")
    jobs.live(KIND, _show_scores)


def export() -> tuple[list[dict] | None, dict | None]:
    """(Every row with its scores, summary as data) of the newest finished run."""
    view = jobs.current(KIND)
    scored = _scored(view)
    if scored is None:
        return None, None
    summary = {
        "bleu_signature": scored.bleu_signature,
        "chrf_signature": scored.chrf_signature,
        "stopped": scored.stopped,
        "systems": [
            {
                "corpus_nltk_bleu": system.corpus_nltk_bleu,
                "corpus_sacrebleu": system.corpus_sacrebleu,
                "corpus_chrf": system.corpus_chrf,
                "means": {measure: system.mean(measure) for measure in MEASURES},
            }
            for system in scored.systems
        ],
        "comparisons": [
            {
                "metric": each.metric,
                "difference": each.difference,
                "low": each.difference_low,
                "high": each.difference_high,
                "p_value": each.p_value,
                "resamples": each.samples,
                "seed": each.seed,
            }
            for each in scored.comparisons
        ],
    }
    return result_rows(view.argument, scored), summary


def _queue_scoring(job: CorpusJob) -> None:
    name, limit_s = "lib.metrics.corpus.job:score_corpus", 60 + 10 * job.expected_s
    jobs.submit(KIND, name, job, expected_s=job.expected_s, time_limit_s=limit_s)


def _scored(view: JobView | None) -> CorpusScored | None:
    if view is None:
        return None
    return next((event for event in view.events if isinstance(event, CorpusScored)), None)


def _show_scores(view: JobView) -> None:
    scored = _scored(view)
    if scored is None:
        _progress(view)
        return
    names = ("Candidate", "Second system")[: len(scored.systems)]
    note = " It was stopped: this is what had been scored." if scored.stopped else ""
    st.caption(
        f":material/speed: **Measured.** {number_of(len(scored.row_numbers), 'row')} in {scored.elapsed_s:.1f} s, "
        f"{scored.rows_per_s:,.0f} per second, {when_measured()}.{note}"
    )
    _corpus_against_mean(scored, names)
    _spread(scored, names)
    _best_and_worst(view.argument, scored, names)
    _comparison(scored, names)


def _progress(view: JobView) -> None:
    for event in view.events:
        if isinstance(event, CorpusProgress):
            st.progress(
                event.done / event.total,
                f"Row {event.done:,} of {event.total:,}, {event.rows_per_s:,.0f} per second; "
                f"mean ROUGE-L so far {event.mean_rouge_l:.3f}",
            )
        elif isinstance(event, BootstrapProgress):
            st.progress(event.done / event.samples, f"{event.metric}: resample {event.done:,} of {event.samples:,}")


def _corpus_against_mean(scored: CorpusScored, names: tuple[str, ...]) -> None:
    st.subheader("Corpus BLEU beside the mean of sentence BLEU", anchor=False)
    for system, name in zip(scored.systems, names, strict=True):
        corpus, mean, sacre, chrf = st.columns([6, 5, 5, 3])  # the first label is the longest
        corpus.metric(f"{name}: corpus BLEU (NLTK)", shown(system.corpus_nltk_bleu), border=True)
        mean.metric("Mean of sentence BLEU (NLTK)", shown(system.mean("nltk_bleu")), border=True)
        sacre.metric("Corpus BLEU (sacrebleu, of 100)", f"{system.corpus_sacrebleu:.2f}", border=True)
        chrf.metric("chrF (of 100)", f"{system.corpus_chrf:.2f}", border=True)
    st.code(f"BLEU {scored.bleu_signature}\nchrF {scored.chrf_signature}", language=None, wrap_lines=True)
    say_rows_agree(scored.checked, len(scored.row_numbers))
    st.caption(
        "Corpus BLEU adds up matches and n-grams over all rows before it divides (Papineni et al. 2002, section "
        "2.1.1), so long rows weigh more and a row without a 4-gram is no disaster; the mean of sentence scores asks "
        "each row alone."
    )


def _spread(scored: CorpusScored, names: tuple[str, ...]) -> None:
    measure = st.segmented_control(
        "Measure", list(SHOWN), format_func=SHOWN.__getitem__, default="rougeL_f1", key="corpus_measure", required=True
    )
    top = 100.0 if measure in ("sacrebleu", "chrf2") else 1.0
    columns = [each.column(measure) for each in scored.systems]
    spreads = [each.spread(measure) for each in scored.systems]
    what = f"{SHOWN[measure]} of {number_of(len(scored.row_numbers), 'row')}" + "".join(
        f"; {name}: lowest {lowest:.3g}, median {median:.3g}, highest {highest:.3g}"
        for name, (lowest, median, highest) in zip(names, spreads, strict=True)
    )
    st.plotly_chart(charts.distribution(columns, names, SHOWN[measure], top), key="distribution", alt=what)
    if measure.startswith("rouge"):
        st.caption(
            "The mean is that of the rows; rouge-score's `BootstrapAggregator` gives as `mid` the median of the means "
            "of 1,000 resamples drawn without a seed, which is near it and differs a little at every call."
        )


def _best_and_worst(job: CorpusJob, scored: CorpusScored, names: tuple[str, ...]) -> None:
    measure = st.session_state.get("corpus_measure", "rougeL_f1")
    which = 0
    if len(names) > 1:
        which = names.index(
            st.segmented_control("System", names, default=names[0], key="corpus_system", required=True) or names[0]
        )
    values, order = scored.systems[which].column(measure), scored.systems[which].worst_first(measure)
    worst, best = st.columns(2)
    for column, title, picked in ((worst, "Worst", order[:5]), (best, "Best", order[::-1][:5])):
        column.markdown(f"**{title} pairs by {SHOWN[measure]}**")
        rows = []
        for at in picked:
            pair = job.pairs.pairs[at]
            text = pair.candidate if which == 0 else pair.other or ""
            rows.append(
                {
                    "Row": pair.number,
                    "Score": values[at],
                    "Reference": several(pair.references),
                    "Candidate": text[:SHOWN_CHARACTERS],
                }
            )
        with column:
            show_table(rows, column_config={"Score": st.column_config.NumberColumn(format="%.3g")}, alt=title)


def _comparison(scored: CorpusScored, names: tuple[str, ...]) -> None:
    if not scored.comparisons:
        return
    st.subheader("Is one system better, or is it these rows?", anchor=False)
    metrics = [each.metric for each in scored.comparisons]
    chosen = st.segmented_control("Metric", metrics, default=metrics[0], key="corpus_metric", required=True)
    compared = next(each for each in scored.comparisons if each.metric == (chosen or metrics[0]))
    st.plotly_chart(
        charts.differences(compared, names),
        key="differences",
        alt=f"{compared.metric}: from {compared.difference_low:+.2f} to {compared.difference_high:+.2f} (95%)",
    )
    show_table(
        [
            {
                "Metric": each.metric,
                names[0]: f"{each.first.score:.3f} ({each.first.mean:.3f} ± {each.first.half_width:.3f})",
                names[1]: f"{each.second.score:.3f} ({each.second.mean:.3f} ± {each.second.half_width:.3f})",
                "p": f"{each.p_value:.4f}",
            }
            for each in scored.comparisons
        ],
        alt="Both systems with 95% intervals and p-values",
    )
    as_library = ", for BLEU and chrF as sacrebleu's PairedTest, compared above on some rows"
    st.caption(
        f"Paired bootstrap (Koehn 2004), {compared.samples:,} resamples, seed {compared.seed}: score (mean ± half of "
        f"the 95% interval) and p{as_library if scored.checked.resamples else ''}; the mean of ROUGE-L by the same "
        "draws."
    )
