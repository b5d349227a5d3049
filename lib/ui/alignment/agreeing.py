"""How far a judge agrees with himself and with others."""

from __future__ import annotations

import streamlit as st

from lib.alignment.agreeing import Judge, among, side_bias
from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Agreement, course_rankings, self_agreement
from lib.alignment.ranking_file import from_file
from lib.ui.alignment.ranked import mine
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import problem
from lib.ui.kit.tables import show_table

COURSE, ME = "the course", "you"


def how_far_judges_agree(model: str) -> list[dict]:
    """The rows to take away."""
    done = mine(model)
    judges = [Judge(ME, tuple(done.rankings)), *_others(model)]
    rows = []
    if done.again:
        rows.append(_agreement_row("you, a second time", self_agreement(done.again)))
        left = side_bias(done.again)
        if left is not None:
            st.caption(f"Asked once more, you took the left answer in {left:.0%} of {len(done.again)} pairs.")
    else:
        st.info(
            "After every third ranking you are asked one pair again. Rank three prompts to see whether you agree "
            "with yourself.",
            icon=":material/info:",
        )
    for other in judges[1:]:
        try:
            rows.append(_agreement_row(f"you and {other.name}", among([judges[0], other])))
        except AlignmentError as error:
            st.caption(f"You and {other.name}: {error}.")
    if len(judges) > 2:
        try:
            rows.append(_agreement_row("all of you (Fleiss)", among(judges)))
        except AlignmentError as error:
            st.caption(f"All of you: {error}.")
    if rows:
        best = rows[0]
        happened(f"### {best['judges'].capitalize()}: the same answer in {best['agree']} of the pairs")
        show_table(rows, alt="; ".join(f"{row['judges']}: kappa {row['kappa']}" for row in rows))
        _formula(done.again)
        st.markdown(
            "Trained labellers of InstructGPT agreed with each other on about 73% of the comparisons "
            "(Ouyang et al. 2022, section 3.4), and a reward model cannot be more certain of a taste than its owners."
        )
    return rows


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
            judges.append(Judge(upload.name.removesuffix(".json"), from_file(upload.getvalue(), upload.name)))
        except AlignmentError as error:
            problem(error)
    return judges


def _agreement_row(who: str, agreement: Agreement) -> dict:
    kappa = agreement.kappa
    return {
        "judges": who,
        "pairs": agreement.items,
        "agree": f"{agreement.observed:.0%}",
        "by chance": f"{agreement.expected:.0%}",
        "kappa": "not defined" if kappa is None else f"{kappa:.2f}",
    }


def _formula(again: list) -> None:
    if not again:
        formula("κ = (agree - by chance) / (1 - by chance): 1 where all agree, 0 where no more than by chance.")
        return
    found = self_agreement(again)
    worked = "not defined, since chance agrees fully too" if found.kappa is None else f"{found.kappa:.2f}"
    formula(
        f"κ = (agree - by chance) / (1 - by chance) = ({found.observed:.2f} - {found.expected:.2f}) / "
        f"(1 - {found.expected:.2f}) = {worked} (Cohen 1960), for you and yourself."
    )
