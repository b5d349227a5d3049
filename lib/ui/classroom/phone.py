"""A student's phone: joining in one tap, answering, seeing what came of it."""

from __future__ import annotations

import streamlit as st

from lib.charts.classroom.votes import LETTERS, describe_votes, votes
from lib.classroom.entering.names import LONGEST, made_up_name
from lib.classroom.experiments.ranking import is_ranking
from lib.classroom.experiments.secret import is_secret
from lib.classroom.experiments.sweep import is_sweep
from lib.classroom.leaderboard import is_board
from lib.classroom.records import LONGEST_TEXT, Asked, Member, Stage
from lib.classroom.storage.where import may_hold_rooms
from lib.ui.classroom.board import heading, show_board
from lib.ui.classroom.doing import attempt, db, say_what_was_refused
from lib.ui.classroom.experiments.ranking import ranking_on_phone
from lib.ui.classroom.experiments.secret import secret_on_phone
from lib.ui.classroom.experiments.sweep import sweep_on_phone
from lib.ui.classroom.standing import follow_the_room
from lib.ui.kit.controls import text
from lib.ui.kit.session import address, owner
from lib.ui.kit.text import escape


def room_joined() -> tuple[str, Member] | None:
    """The room that this browser is in, unless the link names another."""
    if not may_hold_rooms():
        return None
    from lib.classroom.members import room_of

    found = room_of(db(), owner())
    wanted = "".join(st.query_params.get("code", "").split()).replace("-", "").upper()
    return None if found and wanted and wanted != found[0] else found


def joining() -> None:
    """Code and name are filled in where they can be: what is left is one tap."""
    say_what_was_refused()
    if "made_up" not in st.session_state:
        st.session_state["made_up"] = made_up_name()
    with st.form("join_room", border=False):  # forty type at once, and nothing runs before it is sent
        text("Code of the room", "", key="code", max_chars=12, placeholder="five letters")
        st.text_input("Your name here", st.session_state["made_up"], key="room_name", max_chars=LONGEST)
        st.form_submit_button("Join", type="primary", icon=":material/login:", width="stretch", on_click=_join)
    st.caption("The name is made up; use another if you like. No account, and the room forgets all of it in a day.")


def _join() -> None:
    """Under what stands in the boxes now, which came with the tap or with Enter."""
    from lib.classroom.members import join

    name = st.session_state["room_name"] or st.session_state["made_up"]
    attempt(join, db(), st.session_state["code"], owner(), name, address=address())


def in_the_room(code: str, member: Member) -> None:
    from lib.classroom.questions import current

    say_what_was_refused()
    asked = current(db(), code)
    if asked is None:
        st.markdown(f"You are **{escape(member.name)}**. The next question appears here by itself.")
    else:
        _question(code, asked, member)
    follow_the_room(code, asked)
    _more(code, member)


def _question(code: str, asked: Asked, member: Member) -> None:
    from lib.classroom.answers import own_answer

    first, second = own_answer(db(), code, owner(), asked.number)
    if is_ranking(asked):
        ranking_on_phone(code, asked, first, second)
        return
    if is_secret(asked):
        if secret_on_phone(code, asked, member, first):
            return
        first = None  # what a voter has said is no answer to the question
    if is_sweep(asked):
        sweep_on_phone(code, asked)
        return
    st.header(heading(asked), anchor=False)
    if asked.stage is Stage.SHOWN:
        _shown(code, asked, first if second is None else second)
    elif asked.in_words:
        _write(code, asked, first)
    elif asked.stage is Stage.ARGUING:
        said = "You gave no answer."
        if first is not None:
            said = f"You said **{LETTERS[first]} · {asked.choices[first].text}**."
        st.info(f"{said} Now find somebody who said something else, and convince each other.", icon=":material/forum:")
    else:
        _choose(code, asked, second if asked.stage is Stage.VOTING_AGAIN else first)
        if asked.stage is Stage.VOTING_AGAIN and first is not None:
            st.caption(f"Before you argued you said {LETTERS[first]}. Answer anew, the same or another.")


def _choose(code: str, asked: Asked, mine: int | None) -> None:
    for number, choice in enumerate(asked.choices):
        st.button(
            f"{LETTERS[number]} · {choice.text}",
            key=f"answer_{code}_{asked.number}_{asked.stage}_{number}",
            type="primary" if number == mine else "secondary",
            icon=":material/check:" if number == mine else None,
            width="stretch",
            wrap=True,
            on_click=_answer,
            args=(code, asked.number, number),
        )
    done = "Your answer is in; you may change it while the vote is open." if mine is not None else "Tap an answer."
    st.caption(f"{done} How fast you are does not count.")


def _answer(code: str, number: int, choice: int) -> None:
    from lib.classroom.answers import answer

    attempt(answer, db(), code, owner(), number, choice, address=address())


def _write(code: str, asked: Asked, mine: str | None) -> None:
    key = f"words_{code}_{asked.number}"
    with st.form(f"{key}_form"):
        st.text_area("Your words", mine or "", key=key, max_chars=LONGEST_TEXT)
        st.form_submit_button("Send", width="stretch", on_click=_send_words, args=(code, asked.number, key))
    st.caption(("Sent. " if mine else "") + "The instructor reads it before the room does.")


def _send_words(code: str, number: int, key: str) -> None:
    from lib.classroom.answers import answer_in_words

    attempt(answer_in_words, db(), code, owner(), number, st.session_state[key], address=address())


def _shown(code: str, asked: Asked, mine: int | str | None) -> None:
    from lib.classroom.answers import score, tally, words

    if asked.in_words:
        if is_board(asked):
            show_board(asked, words(db(), code, asked.number))
            return
        st.markdown("\n".join(f"- {escape(each.text)}" for each in words(db(), code, asked.number)))
        return
    if asked.right is None:
        said = "You gave no answer." if mine is None else f"You said **{LETTERS[mine]} · {asked.choices[mine].text}**."
        st.info(f"{said} No answer is right or wrong here: watch the experiment.", icon=":material/science:")
    elif mine is not None:
        choice = asked.choices[mine]
        show = st.success if choice.correct else st.warning
        icon = ":material/check:" if choice.correct else ":material/close:"
        show(f"You said **{LETTERS[mine]} · {choice.text}**. {choice.why}", icon=icon)
    if asked.right is not None and mine != asked.right:
        choice = asked.choices[asked.right]
        st.info(
            f"The right answer is **{LETTERS[asked.right]} · {choice.text}**. {choice.why}", icon=":material/check:"
        )
    counts = tally(db(), code, asked.number)
    if is_secret(asked):
        counts = counts.second_alone  # they guess once, where others vote again
    if sum(counts.last):
        st.plotly_chart(votes(asked, counts), key="phone_votes", alt=describe_votes(asked, counts))
    mine_so_far = score(db(), code, owner())
    if mine_so_far.shown:
        st.markdown(f"You have **{mine_so_far.right} of {mine_so_far.shown}** right so far.")


def _more(code: str, member: Member) -> None:
    with st.expander("More", icon=":material/more_horiz:"):
        st.markdown(f"You are **{escape(member.name)}** in room **{code}**. Only you see that name.")
        st.button("Leave the room and take my answers out of it", on_click=_leave, args=(code,))


def _leave(code: str) -> None:
    from lib.classroom.members import leave

    attempt(leave, db(), code, owner())
    st.query_params.clear()
