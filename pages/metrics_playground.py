"""ROUGE and BLEU, letter by letter: every count, every trap."""

import streamlit as st

from lib import ui
from lib.metrics import code
from lib.metrics.pair import score_pair
from lib.ui import metrics, metrics_bleu, metrics_ranking, metrics_rouge

ui.chapter("metrics_playground")
metrics_ranking.predict()

st.header("Score a pair", anchor=False)
chosen, looked = st.columns([3, 2], vertical_alignment="bottom")
with chosen:
    preset = metrics.choose_preset()
with looked:
    view = ui.segmented("Look at", ["ROUGE", "BLEU", "Code"], "ROUGE", key="view", width="stretch")
metrics.text_boxes()
with st.expander("More: references, stemmer, tokeniser, smoothing, weights", icon=":material/tune:"):
    metrics.more_references()
    settings = metrics.settings()
look = st.container()

numbers = None
with ui.guard():
    question = metrics.question(*settings)
    scores = score_pair(question)
    numbers = scores.numbers()
    with look:
        if metrics.untouched(preset, question):
            metrics.explain(preset, scores)
        metrics.say_lost_letters(question)
    if view == "ROUGE":
        metrics_rouge.view(scores)
        ui.formula("ROUGE: Lin 2004, as rouge-score 0.1.2 computes it; equal to it to the last digit.")
    elif view == "BLEU":
        metrics_bleu.view(scores)
        ui.formula("BLEU: Papineni et al. 2002, as NLTK 3.10.4 computes it; equal to it to the last digit.")
    else:
        st.markdown("The libraries themselves on exactly what is above. Run as shown it prints the same numbers.")
        for each in (code.rouge_code, code.bleu_code, code.sacre_code):
            st.code(each(question), language="python")

ui.slide_and_fact("metrics_playground")
ui.check_yourself("metrics_playground")
ui.take_away("metrics_playground", csv=metrics.as_csv(numbers), data=numbers, name="rouge-bleu")
