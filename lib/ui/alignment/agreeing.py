"""How far a judge agrees with himself and with others."""

from __future__ import annotations

from itertools import chain, count

import streamlit as st

from lib.alignment.agreeing import Judge, among, side_bias
from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Again, Agreement, Choice, course_rankings, self_agreement
from lib.alignment.ranking_file import from_file
from lib.ui.alignment.ranked import mine
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import problem
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.units import number_of

COURSE, ME = "the course", "you"


def how_far_judges_agree(model: str) -> list[dict]:
    """The rows to take away."""
    done = mine(model)
    judges = [Judge(ME, tuple(done.rankings)), *_others(model)]
    found: dict[str, Agreement] = {}
    if done.again:
        found["you, a second time"] = self_agreement(done.again)
        _say_side(done.again)
    else:
        st.info(
            "After every third ranking you are asked one pair again. Rank three prompts to see whether you agree "
            "with yourself.",
            icon=":material/info:",
        )
    for other in judges[1:]:
        try:
            found[f"you and {other.name}"] = among([judges[0], other])
        except AlignmentError as error:
            st.caption(f"You and {escape(other.name)}: {error}.")
    two_at_a_time = dict(found)
    if len(judges) > 2:
        try:
            found["all of you (Fleiss)"] = among(judges)
        except AlignmentError as error:
            st.caption(f"All of you: {error}.")
    rows = [_agreement_row(who, each) for who, each in found.items()]
    if rows:
        best = rows[0]
        asked = number_of(best["pairs"], "pair")
        happened(f"### {escape(best['judges'].capitalize())}: the same answer in {best['agree']} of {asked}")
        show_table(rows, alt="; ".join(f"{row['judges']}: kappa {row['kappa']}" for row in rows))
        _formula(two_at_a_time)
        st.markdown(
            "Trained labellers of InstructGPT agreed with each other on about 73% of the comparisons "
            "(Ouyang et al. 2022, section 3.4). On a pair about which two people differ, no reward model can be right "
            "for both."
        )
    return rows


def _say_side(again: list[Again]) -> None:
    left = side_bias(again)
    if left is not None:
        decided = sum(each.choice is not Choice.TIE for each in again)
        st.caption(
            f"Asked once more, you took the answer shown first in {left:.0%} of the "
            f"{number_of(decided, 'pair')} that you decided."
        )


def _others(model: str) -> list[Judge]:
    judges = [Judge(COURSE, course_rankings(model))]
    uploads = st.file_uploader(
        "Rankings of others, as this page's JSON files",
        type="json",
        accept_multiple_files=True,
        key="al_others",
        max_upload_size=2,
    )
    for upload in uploads:
        try:
            judges.append(Judge(_new_name(upload.name, judges), from_file(upload.getvalue(), upload.name)))
        except AlignmentError as error:
            problem(error)
    return judges


def _new_name(file: str, judges: list[Judge]) -> str:
    """All these files have the same name when they are saved: from the second on they are numbered."""
    name, taken = file.removesuffix(".json"), {each.name for each in judges}
    return next(each for each in chain([name], (f"{name} {n}" for n in count(2))) if each not in taken)


def _agreement_row(who: str, agreement: Agreement) -> dict:
    kappa = agreement.kappa
    return {
        "judges": who,
        "pairs": agreement.items,
        "agree": f"{agreement.observed:.0%}",
        "by chance": f"{agreement.expected:.0%}",
        "kappa": "not defined" if kappa is None else f"{kappa:.2f}",
    }


def _formula(found: dict[str, Agreement]) -> None:
    """Worked out for the first two judgements for which kappa is defined."""
    who = next((who for who, each in found.items() if each.kappa is not None), None)
    if who is None:
        formula(
            "κ = (agree - by chance) / (1 - by chance): 1 where all agree, 0 where no more than by chance; not defined "
            "where chance agrees fully too, as where one thing was said of everything (Cohen 1960)."
        )
        return
    each = found[who]
    formula(
        f"κ = (agree - by chance) / (1 - by chance) = ({each.observed:.2f} - {each.expected:.2f}) / "
        f"(1 - {each.expected:.2f}) = {each.kappa:.2f} (Cohen 1960), for {escape(who)}."
    )
