"""ROUGE and BLEU, letter by letter: every count, every trap."""

import streamlit as st

from lib import ui
from lib.metrics.pair import code
from lib.metrics.pair.scored_pair import score_pair, words_lost
from lib.metrics.tokenisers import suggested_tokeniser
from lib.ui.kit.presenting.stage import presenting
from lib.ui.metrics import bleu, letters, playground, ranking, rouge

ui.chapter("metrics_playground")
scores_first = presenting()  # a demo's link leads to the scores; the room's taste comes after them
if (predicted := ui.predict("metrics_playground")) and not scores_first:
    ranking.rank_them()

if not scores_first:
    st.header("Score a pair", anchor=False)
widths, aligned = ([6, 4, 2], "bottom") if scores_first else ([3, 2], "top")
chosen, looked, *rest = st.columns(widths, vertical_alignment=aligned)
with chosen:
    preset = playground.choose_preset()
with looked:
    view = ui.segmented("Look at", ["ROUGE", "BLEU", "Code"], "ROUGE", key="view", width="stretch")
playground.text_boxes()
more = "More: references, stemmer, tokeniser, smoothing, weights"
with rest[0].popover("More", help=more) if rest else st.expander(more, icon=":material/tune:"):
    playground.more_references()
    settings = playground.scoring_settings()
look = st.container()

numbers = None
with ui.guard():
    question = playground.question(*settings)
    scores = score_pair(question)
    numbers = scores.numbers()
    with look:
        if playground.untouched(preset, question):
            playground.explain(preset, scores)
        letters.say_lost_letters(words_lost(question))
        letters.say_no_spaces(suggested_tokeniser((*question.references, question.candidate)), question.tokenise)
    if view == "ROUGE":
        rouge.view(scores)
        ui.formula("ROUGE: Lin 2004. The numbers are rouge-score's; the counts and places between are worked out here.")
    elif view == "BLEU":
        bleu.view(scores)
        ui.formula(
            "BLEU: Papineni et al. 2002. The numbers are NLTK's and sacrebleu's; the steps between are worked out here."
        )
    else:
        st.markdown("The libraries themselves on exactly what is above. Run as shown it prints the same numbers.")
        for each in (code.rouge_code, code.bleu_code, code.sacre_code):
            st.code(each(question), language="python")

if predicted and scores_first:
    ranking.rank_them()

ui.slide_and_fact("metrics_playground")
ui.check_yourself("metrics_playground")
ui.take_away("metrics_playground", rows=playground.score_rows(numbers), data=numbers, name="rouge-bleu")
