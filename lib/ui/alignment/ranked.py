"""Whose rankings: the student's own, kept through a reload, or the course's; as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from lib.alignment.errors import AlignmentError
from lib.alignment.length import TOKENS_A_PLACE, length_rankings
from lib.alignment.preferences import Again, Ranking, contradictions, course_rankings, pairs_of
from lib.alignment.ranking_file import from_file
from lib.alignment.reward.length import longer_wins
from lib.models.catalogue import BUNDLED, REAL
from lib.ui.classroom.experiments.own_room import rankings_of_my_room
from lib.ui.kit import controls
from lib.ui.kit.kept import keep, kept
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.units import number_of

OWN, ROOM, COURSE, LENGTH = "own", "room", "course", "length"
WHOSE = "al_whose"
ABOUT = {BUNDLED: "Stories by the bundled model", REAL: "Answers by SmolLM2"}
FILES_BYTES = 2


@dataclass
class Mine:
    """What this browser has ranked of one model's answers."""

    rankings: list[Ranking] = field(default_factory=list)
    again: list[Again] = field(default_factory=list)


def mine(model: str) -> Mine:
    name = f"rankings of {model}"
    found = kept(name)
    if found is None:
        found = Mine()
        keep(name, found)
    return found


def answers_of() -> str:
    """The model whose answers are ranked."""
    usual = BUNDLED if mine(BUNDLED).rankings and not mine(REAL).rankings else REAL
    return controls.segmented("Answers", ABOUT, usual, key="al_model")


def choose_rankings(model: str) -> tuple[Ranking, ...]:
    """The student's own, those of the room that this browser is in, or the course's: the first that there are. Whoever
    wants a bias to look at takes the judge who likes length.

    Raises AlignmentError where there are none.
    """
    own, room, course = mine(model).rankings, rankings_of_my_room(model), course_rankings(model)
    whose = {
        OWN: f"Mine ({len(own)})",
        COURSE: f"The course's ({len(course)})",
        LENGTH: f"By a judge who likes length ({len(course)})",
    }
    if room:
        whose = {ROOM: f"My room's ({len(room)})", **whose}
    chosen = st.segmented_control(
        "Rankings",
        list(whose),
        format_func=whose.__getitem__,
        default=OWN if own else ROOM if room else COURSE,
        required=True,
        key=WHOSE,
        wrap=True,
    )
    if chosen == COURSE:
        st.caption("Ranked by the course's author, for whoever works alone: one person's taste, not the truth.")
        return course
    if chosen == LENGTH:
        _say_how_length_judges(model)
        return length_rankings(model)
    if chosen == ROOM:
        st.caption("Each student's last ranking of every prompt that was shown in your room, without names.")
        _say_contradictions(room)
        return room
    if not own:
        raise AlignmentError("You have ranked nothing yet; rank some answers on the page before, or take the course's")
    _say_contradictions(own)
    return tuple(own)


def take_judge_who_likes_length() -> None:
    st.session_state[WHOSE] = LENGTH


def _say_how_length_judges(model: str) -> None:
    fair, swayed = (longer_wins(pairs_of(each)) for each in (course_rankings(model), length_rankings(model)))
    st.caption(
        f"**Made by the course, by a rule:** its own rankings of the same answers, but {TOKENS_A_PLACE} tokens more "
        f"are worth a place. The lowest place - tokens / {TOKENS_A_PLACE} wins, equal ones tie; no chance is in it. So "
        f"the longer answer wins in **{swayed:.0%}** of the pairs, in the course's own rankings in {fair:.0%}."
    )


def _say_contradictions(rankings: Sequence[Ranking]) -> None:
    against = contradictions(rankings)
    if against:
        st.caption(
            f"Of {against} pair{'s' * (against != 1)} of answers one ranking says the opposite of another: where as "
            "many say the one as the other, they cancel, and nothing is learnt of them."
        )


def in_words(rankings: list[Ranking]) -> str:
    """How much the rankings say."""
    none_good = sum(ranking.none_is_good for ranking in rankings)
    ties = sum(ranking.ties for ranking in rankings)
    against = contradictions(rankings)
    words = (
        f"**{number_of(len(rankings), 'ranking')} → {number_of(len(pairs_of(rankings)), 'pair')}** of a better and a "
        f"worse answer; {number_of(ties, 'tie')}"
    )
    if none_good:
        words += f"; {number_of(none_good, 'time')} none was good"
    if against:
        words += f"; of **{number_of(against, 'pair')}** one ranking says the opposite of another"
    return words + "."


def load_again(model: str) -> None:
    """A file of one's own rankings, added to those there are."""
    with st.expander("Load rankings again", icon=":material/upload:"):
        upload = st.file_uploader(
            "A JSON file that this page made", type="json", key="al_upload", max_upload_size=FILES_BYTES
        )
        if upload is None:
            return
        try:
            read = from_file(upload.getvalue(), upload.name)
        except AlignmentError as error:
            problem(error)
            return
        new = [ranking for ranking in read if ranking not in mine(model).rankings]
        if new:
            mine(model).rankings.extend(new)
            st.rerun()
        st.success(f"Read from “{escape(upload.name)}”: {number_of(len(read), 'ranking')}.", icon=":material/check:")
