"""A round: drawing it, one question at a time, and what came of it."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.curriculum import chapter
from lib.lesson.quiz.boxes import LAST_BOX, Record, Round
from lib.lesson.quiz.questions import QuizQuestion, groups, quiz
from lib.lesson.quiz.standing import due_next, whole
from lib.ui.lesson.quiz.keeping import answer, begin, end_round, move_on, record

EVERYTHING = "The whole course"
COUNTS = ["5", "10", "20"]
RULE = (
    f"A right answer moves a question one box up, to box {LAST_BOX} at most; a wrong one puts it back into box 1. "
    f"A question in box 1 comes back in the next round, in box 2 after 2 rounds, then 4, 8 and {2 ** (LAST_BOX - 1)}. "
    "At most half of a round comes back while there are new questions; those come from the chapters asked least."
)


def ask_round() -> None:
    mine = record()
    if mine.round is None:
        _offer(mine)
    elif mine.round.over:
        _tell(mine.round)
    else:
        _ask_next(mine, mine.round)


def _offer(mine: Record) -> None:
    left, right = st.columns(2)
    with left:
        group = ui.select("Questions about", [EVERYTHING, *groups()], EVERYTHING, key="qz_group")
    with right:
        count = int(ui.segmented("How many", COUNTS, "10", key="qz_count"))
    with st.expander("More: which questions come, and when they come back"):
        st.markdown(RULE)
        seed = ui.number("Seed", 0, 1_000_000, 1, key="qz_seed", help="A class with one seed gets the same questions.")
    total = whole(mine)
    st.button(
        f"Start round {mine.rounds + 1}",
        on_click=begin,
        args=(count, seed, None if group == EVERYTHING else group),
        type="primary",
        icon=":material/play_arrow:",
    )
    if mine.seen:
        due = due_next(mine)
        st.markdown(
            f"You have answered **{total.answered} of {total.questions}** questions, **{total.right}** correctly at "
            f"the last try, and **{due}** {'is' if due == 1 else 'are'} due to come back."
        )
    else:
        st.markdown(f"**{total.questions}** questions wait. None has been answered in this browser.")


def _ask_next(mine: Record, now: Round) -> None:
    id = now.ids[now.at]
    question = quiz()[id]
    st.progress(now.at / len(now.ids), f"Round {mine.rounds}: question {now.at + 1} of {len(now.ids)}")
    before = mine.seen.get(id)
    given = now.given.get(id)
    with st.container(border=True):
        st.caption(f"{chapter(question.topic).group} · {chapter(question.topic).title}")
        st.markdown(f"### {question.asked.question}")
        if given is None:
            key = f"qz_{mine.rounds}_{id}"
            options = [each.text for each in question.shuffled(now.seed)]
            st.radio(question.asked.question, options, index=None, key=key, label_visibility="collapsed")
            if before is not None:
                st.caption(f"Asked before, last in round {before.round}; it is in box {before.box}.")
            st.button("That is my answer", on_click=answer, args=(id, key), type="primary")
            if st.session_state.get(key) is None:
                st.caption("Choose one; it counts once you press the button.")
        else:
            explain(question, given, now.seed)
            st.caption(f"It is now in box {before.box} of {LAST_BOX}, and may come back in round {before.due}.")
            last = now.at + 1 == len(now.ids)
            st.button("See the result" if last else "Next question", on_click=move_on, type="primary")
    st.button("End this round here", on_click=end_round, type="tertiary")


def explain(question: QuizQuestion, given: str, seed: int) -> None:
    """Every option with its reason; words and an icon say which was chosen and which is right."""
    for each in question.shuffled(seed):
        mark = "Right" if each.correct else "Wrong"
        said = f"**{each.text}** ({mark}{', your answer' if each.text == given else ''}). {each.why}"
        if each.correct:
            st.success(said, icon=":material/check:")
        elif each.text == given:
            st.warning(said, icon=":material/close:")
        else:
            st.markdown(f":material/remove: {said}")


def _tell(now: Round) -> None:
    asked = [quiz()[id] for id in now.ids]
    wrong = [each for each in asked if now.given.get(each.id) != each.right.text]
    st.subheader(f"{len(asked) - len(wrong)} of {len(asked)} right", anchor=False)
    if wrong:
        st.markdown("These are due again in the next round. Their chapters:")
        for slug in dict.fromkeys(each.topic for each in wrong):
            st.page_link(chapter(slug).file, label=chapter(slug).title, icon=chapter(slug).icon)
        for each in wrong:
            with st.expander(each.asked.question):
                explain(each, now.given.get(each.id, ""), now.seed)
    else:
        st.markdown("All of them move one box up.")
    st.button("Go on", on_click=end_round, type="primary")
