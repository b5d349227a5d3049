"""One question before the room, from the first vote to the flows."""

from __future__ import annotations

import streamlit as st

from lib import curriculum
from lib.charts.classroom.votes import LETTERS, describe_flows, describe_votes, flows, name_of, votes
from lib.classroom.experiments.dataset import is_dataset
from lib.classroom.experiments.ranking import is_ranking
from lib.classroom.experiments.secret import is_secret
from lib.classroom.experiments.sweep import is_sweep
from lib.classroom.leaderboard import is_board
from lib.classroom.records import Asked, Room, Stage, Tally, Turnout
from lib.ui.classroom.board import heading, show_board
from lib.ui.classroom.doing import VIEW, attempt, db
from lib.ui.classroom.experiments.dataset import dataset_on_projector
from lib.ui.classroom.experiments.ranking import next_prompt_button, ranking_on_projector
from lib.ui.classroom.experiments.secret import secret_on_projector
from lib.ui.classroom.experiments.sweep import sweep_on_projector
from lib.ui.classroom.watching import PROJECTOR_S, watch
from lib.ui.kit import jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.session import owner
from lib.ui.kit.text import escape

PEEK_S = 2.0
SAYS = {
    Stage.VOTING: ":material/how_to_vote: **Vote**, each for yourself. Nobody sees the answers yet.",
    Stage.ARGUING: ":material/forum: **Argue**: find somebody who answered differently, and convince them.",
    Stage.VOTING_AGAIN: ":material/how_to_vote: **Vote again.** Nobody sees the answers yet.",
    Stage.SHOWN: ":material/visibility: **What the room said**",
}
WRITE = ":material/edit_note: **Write**, each for yourself. What is written is read before the room sees it."


def question_on_projector(room: Room, asked: Asked) -> None:
    if is_ranking(asked):
        ranking_on_projector(room, asked)
        _buttons(room, asked)
        return
    if is_secret(asked):
        secret_on_projector(room, asked)
        _buttons_to_end(room, asked, shown=asked.stage is Stage.VOTING_AGAIN)
        return
    if is_sweep(asked):
        sweep_on_projector(room, asked)
        _buttons_to_end(room, asked)
        return
    st.header(heading(asked), anchor=False)
    if asked.stage is not Stage.SHOWN:
        st.markdown("\n\n".join(f"### {LETTERS[n]} · {choice.text}" for n, choice in enumerate(asked.choices)))
    st.markdown(WRITE if asked.in_words and asked.stage is Stage.VOTING else SAYS[asked.stage])
    if asked.stage is Stage.SHOWN:
        _what_came_of_it(room, asked)
    else:
        _counting(room, asked)
    _buttons(room, asked)


def _counting(room: Room, asked: Asked) -> None:
    """How many have answered, live; what they said only behind a button, for the instructor's eyes."""
    from lib.classroom.answers import turnout

    def look() -> Turnout:
        return turnout(db(), room.code, asked.number)

    if asked.stage.is_open:
        watch(look, PROJECTOR_S, _say_counts)
    else:
        _say_counts(look())
    if asked.choices:
        with st.popover("Peek before they do", icon=":material/visibility_lock:"):
            st.caption("Everybody who sees this screen sees it too.")
            if asked.stage.is_open:
                watch(lambda: _tally(room, asked), PEEK_S, lambda tally: _peek(asked, tally))
            else:
                _peek(asked, _tally(room, asked))


def _say_counts(now: Turnout) -> None:
    have = "has" if now.answered == 1 else "have"
    st.progress(now.share, f"**{now.answered} of {now.students}** {have} answered")


def _peek(asked: Asked, tally: Tally) -> None:
    for number, choice in enumerate(asked.choices):
        first, second = tally.first[number], tally.second[number]
        then = f", then {second}" if asked.voted_again else ""
        st.markdown(f"{name_of(asked, number)} · {first}{then} · {choice.text}")


def _tally(room: Room, asked: Asked) -> Tally:
    from lib.classroom.answers import tally

    return tally(db(), room.code, asked.number, browser=owner())


def _what_came_of_it(room: Room, asked: Asked) -> None:
    if asked.in_words:
        from lib.classroom.answers import words

        let_through = words(db(), room.code, asked.number)
        if is_board(asked):
            show_board(asked, let_through)
            return
        if is_dataset(asked):
            dataset_on_projector(room, asked, let_through)
            return
        for each in let_through:
            st.markdown(f"### “{escape(each.text)}”")
        if not let_through:
            st.caption("Nothing is let through yet: choose under “The room's words”.")
        return
    tally = _tally(room, asked)
    if not sum(tally.last):
        st.info("Nobody has answered.", icon=":material/how_to_vote:")
        return
    both = bool(sum(tally.second))
    left, right = st.columns(2) if both else (st.container(), None)
    left.plotly_chart(votes(asked, tally), key="room_votes", alt=describe_votes(asked, tally))
    if right is not None:
        right.plotly_chart(flows(asked, tally), key="room_flows", alt=describe_flows(asked, tally))
    for number, choice in enumerate(asked.choices):
        with st.container(border=choice.correct):
            why = f" – {choice.why}" if choice.why else ""
            st.markdown(f"**{name_of(asked, number)} · {choice.text}**{why}")
    happened(_tally_in_words(asked, tally))
    _to_the_experiment(asked, tally)


def _to_the_experiment(asked: Asked, tally: Tally) -> None:
    """The chapter of the question; where what most of the room said is a setting, opened with that."""
    from lib.classroom.questions import opening_of

    chapter = curriculum.chapter(asked.slug)
    openings = {each: found for each in tally.most_chosen if (found := opening_of(asked, each)) is not None}
    if not openings:
        st.page_link(chapter.file, label=f"Now try it: {chapter.title}", icon=":material/science:", width="content")
    for each, opening in openings.items():
        said = asked.choices[each].text
        if opening.starts:
            label = f"Start with the room's choice: {said}"
            if st.button(label, type="primary", icon=":material/science:", key=f"begin_{each}"):
                jobs.begin_when_there(opening.starts)
                st.switch_page(chapter.file, query_params=opening.query)
            continue
        st.page_link(
            chapter.file,
            label=f"Try the room's choice first: {said}",
            icon=":material/science:",
            query_params=opening.query,
            width="content",
        )


def _tally_in_words(asked: Asked, tally: Tally) -> str:
    if tally.majority is None:
        said = "No answer had more votes than every other."
    else:
        most, total = tally.last[tally.majority], sum(tally.last)
        said = f"Most votes went to {LETTERS[tally.majority]}: {most} of {total}"
        if asked.right is None:
            said += "."
        else:
            said += ", and it is right." if tally.majority == asked.right else ", and it is not right."
    if tally.answered_both:
        said += f" Of the {tally.answered_both} who answered both times, {tally.changed} changed their answer."
    return said


def _buttons(room: Room, asked: Asked) -> None:
    with st.container(horizontal=True):
        if asked.stage is Stage.VOTING and asked.choices:
            _move_button("Argue, then vote again", ":material/forum:", room, asked, Stage.ARGUING, "primary")
        if asked.stage is Stage.ARGUING:
            _move_button("Vote again", ":material/how_to_vote:", room, asked, Stage.VOTING_AGAIN, "primary")
        if asked.stage is not Stage.SHOWN:
            kind = "primary" if asked.stage is Stage.VOTING_AGAIN or asked.in_words else "secondary"
            _move_button("Show the answers", ":material/visibility:", room, asked, Stage.SHOWN, kind)
        if asked.stage is Stage.SHOWN:
            if is_ranking(asked):
                next_prompt_button(room, asked)
            kind = "secondary" if is_ranking(asked) else "primary"
            st.button("Next question", icon=":material/quiz:", type=kind, on_click=_to_next)
        _move_button("Put it away", ":material/close:", room, asked, Stage.PUT_AWAY)
        st.button(
            "Forget all answers and ask afresh",
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=_reset,
            args=(room.code, asked.number),
        )


def _buttons_to_end(room: Room, asked: Asked, *, shown: bool | None = None) -> None:
    """Of an experiment that is no vote: it goes on until it is closed. `shown`: whether its answer may be shown now."""
    with st.container(horizontal=True):
        if shown:
            _move_button("Show the answers", ":material/visibility:", room, asked, Stage.SHOWN, "primary")
        elif shown is None and asked.stage is not Stage.SHOWN:
            _move_button("Close it", ":material/stop:", room, asked, Stage.SHOWN)
        _move_button("Put it away", ":material/close:", room, asked, Stage.PUT_AWAY)


def _to_next() -> None:
    st.session_state[VIEW] = "ask"


def _move_button(label: str, icon: str, room: Room, asked: Asked, to: Stage, kind: str = "secondary") -> None:
    st.button(label, icon=icon, type=kind, on_click=_move, args=(room.code, asked.number, to))


def _move(code: str, number: int, to: Stage) -> None:
    from lib.classroom.questions import move

    attempt(move, db(), code, owner(), number, to)


def _reset(code: str, number: int) -> None:
    from lib.classroom.questions import reset

    attempt(reset, db(), code, owner(), number)
