"""A whole corpus: corpus scores against row scores, best and worst rows, two systems compared."""

import streamlit as st

from lib import ui
from lib.ui.metrics import corpus, corpus_file

ui.chapter("corpus_metrics")
ui.predict("corpus_metrics")

st.header("Score a corpus", anchor=False)
job = None
with ui.guard():
    pairs = corpus_file.choose_columns(corpus_file.choose_file())
    job = corpus.scoring_settings(pairs)
    corpus.start_and_stop(job)
corpus.results(job)

ui.slide_and_fact("corpus_metrics")
ui.check_yourself("corpus_metrics")
rows, data = corpus.export()
ui.take_away("corpus_metrics", rows=rows, data=data, name="corpus-scores")
