"""The student's own texts, ranked by the student and by each metric; and what a model writes, scored."""

from __future__ import annotations

import streamlit as st

from lib.charts.evaluation import agreement as charts
from lib.charts.in_words import in_words
from lib.engine import JobView
from lib.evaluation.agreement import agreement
from lib.evaluation.answers import AnswersRun, ModelAnswer
from lib.evaluation.errors import EvaluationError
from lib.metrics.pair.presets import shown
from lib.metrics.pair.scored_pair import PairQuestion, score_pair
from lib.ui.evaluation.answering_model import LIMIT_S, my_adapter, say_where_an_adapter_comes_from
from lib.ui.kit import controls, jobs
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.ui.metrics.ranking import judge, show_rankings
from lib.ui.models.choice import choose_model

KIND = "answers"
LETTERS = ("A", "B", "C", "D")
TASKS = {
    "Summary": (
        "The council will close the old market in June and build flats on the site",
        (
            "The old market closes in June and flats will be built there",
            "In June the council will build a market on the site of the old flats",
            "The market is old. The council met. June is a month. Flats exist.",
            "Flats will replace the market, which shuts this summer",
        ),
    ),
    "Translation": (
        "please do not lean on the doors of the train",
        (
            "please do not lean on the train doors",
            "please do lean on the doors of the train",
            "kindly keep off the doors",
            "train the of doors the on lean not do please",
        ),
    ),
    "Answer": (
        "Water boils at 100 degrees Celsius at sea level",
        (
            "At sea level water boils at 100 °C",
            "Water boils at 90 degrees Celsius at sea level",
            "Water boils when it is hot enough",
            "100 degrees Celsius at sea level",
        ),
    ),
}


def own_texts() -> tuple[str, list[str]]:
    """A reference and four candidates, begun from a task and the student's to change."""
    task = controls.segmented("Begin with", list(TASKS), "Summary", key="task", on_change=_fill_in)
    reference, candidates = TASKS[task]
    written = controls.text("Reference", reference, key="own_ref", max_chars=400, live=True)
    columns = st.columns(2)
    texts = []
    for index, (letter, default) in enumerate(zip(LETTERS, candidates, strict=True)):
        with columns[index % 2]:
            texts.append(controls.text(f"Candidate {letter}", default, key=f"own_{letter}", max_chars=400, live=True))
    return written, texts


def rank_them(reference: str, texts: list[str]) -> dict | None:
    """The student's order against each metric's; None until there is one."""
    order = st.multiselect(
        "Your order, best first", LETTERS, key="own_order", placeholder="best … worst", persist_state="session"
    )
    judged = judge(reference, texts)
    if len(order) < len(LETTERS):
        st.caption("Rank all four to see who agrees with you.")
        return None
    mine = [float(order.index(letter) + 1) for letter in LETTERS]
    show_rankings(list(LETTERS), mine, judged)
    columns = {"You": [-place for place in mine], **judged}
    figure = charts.heat_map(agreement(columns))
    st.plotly_chart(figure, key="agreement", alt=in_words(figure, "Kendall's tau between every two judges"))
    return {"reference": reference, "candidates": texts, "my_places": mine, "scores": judged}


def live_model() -> None:
    """What a model writes, as it is and fine-tuned, scored against the student's reference."""
    model_box, prompt_box, reference_box = st.columns(3)
    model = choose_model(box=model_box)
    with prompt_box:
        prompt = controls.text("Prompt for the model", "Teh C Siew Dai is", key="ask", max_chars=300)
    with reference_box:
        reference = controls.text(
            "What it should write", "tea with evaporated milk and less sugar", key="should", max_chars=300, live=True
        )
    adapter = my_adapter(model)
    if adapter is None:
        say_where_an_adapter_comes_from()
    view = jobs.current(KIND)
    try:
        run = AnswersRun(model, prompt, adapter)
    except EvaluationError as error:
        problem(error)
        return
    st.button(
        "Ask it as it is, and fine-tuned" if adapter else "Ask the model",
        type="primary",
        icon=":material/send:",
        on_click=_ask_for_answers,
        args=(run,),
        disabled=view is not None and view.state.active,
    )
    jobs.live(KIND, lambda now: _show_answers(now, reference))


def _ask_for_answers(run: AnswersRun) -> None:
    jobs.submit(
        KIND,
        "lib.evaluation.answers_job:answers",
        run,
        expected_s=run.expected_s,
        time_limit_s=LIMIT_S,
        model=run.model,
    )


def _show_answers(view: JobView, reference: str) -> None:
    said = [event for event in view.events if isinstance(event, ModelAnswer)]
    if not said:
        return
    for column, answer in zip(st.columns(2), said, strict=False):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{answer.who}**  \n{escape(view.argument.prompt)} :orange[{escape(answer.text) or '…'}]")
            numbers = score_pair(PairQuestion((reference,), answer.text)).numbers()
            one, two, three = st.columns(3)
            one.metric("ROUGE-1 F1", shown(numbers["rouge1_f1"]))
            two.metric("BLEU", shown(numbers["bleu"]))
            three.metric("chrF", f"{numbers['chrf']:.1f}")
    st.caption(
        f":material/speed: **Measured.** {escape(view.argument.model)}, greedily, here and now, against what you "
        "wrote: change it and watch."
    )


def _fill_in() -> None:
    task = st.session_state.get("task")
    if task in TASKS:
        st.session_state["own_ref"], candidates = TASKS[task]
        for letter, text in zip(LETTERS, candidates, strict=True):
            st.session_state[f"own_{letter}"] = text
