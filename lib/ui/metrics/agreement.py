"""Whether our steps give the libraries' numbers: compared on these very texts, and said, loudly if they do not."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.metrics.corpus.checked import Checked
from lib.metrics.pair.libraries import VERSIONS
from lib.metrics.pair.scored_pair import Compared
from lib.ui.kit.text import escape

SHOWN_DIFFERENCES = 6


def say_steps_agree(compared: Sequence[Compared], library: str) -> None:
    """One line below the steps; an error where a step gives another number than the library."""
    name = f"{library} {VERSIONS[library]}"
    wrong = [each for each in compared if not each.equal]
    if wrong:
        _say_wrong(
            f"The steps on this page do not give what {name} gives for these texts. Trust the library's numbers.",
            [f"{each.what}: {name} {each.library!r}, the steps {each.steps!r}" for each in wrong],
        )
        return
    st.caption(
        f":material/verified: **Compared just now.** {name} was called on exactly these texts, and the steps above "
        f"give all {len(compared)} of its numbers to the last digit."
    )


def say_rows_agree(checked: Checked, scored_rows: int) -> None:
    """One line below a corpus' scores; an error where a row scored by the libraries differs."""
    names = ", ".join(f"{name} {version}" for name, version in VERSIONS.items())
    if checked.differences:
        _say_wrong(
            f"{len(checked.differences):,} of {checked.numbers:,} numbers differ from what the libraries ({names}) "
            f"give for {checked.rows:,} of your rows. Do not report these scores.",
            [
                f"{f'row {each.row}' if each.row else 'all of them'}, {each.what}: library {each.library!r}, "
                f"here {each.scored!r}"
                for each in checked.differences
            ],
        )
    elif not checked.rows:
        st.caption(":material/info: No row is short enough to be scored again by the libraries for comparison.")
    else:
        whole = checked.rows == scored_rows
        which = ("All" if whole else f"{checked.rows:,} of the") + f" {scored_rows:,} rows were"
        which = "The only row was" if scored_rows == 1 else which
        of_two = f", and both systems compared by sacrebleu's PairedTest in {checked.resamples} resamples"
        st.caption(
            f":material/verified: **Compared just now.** {which} scored again, one by one and as a corpus of their "
            f"own, by {names}{of_two if checked.resamples else ''}: all {checked.numbers:,} numbers are the same to "
            "the last digit."
        )


def _say_wrong(sentence: str, lines: Sequence[str]) -> None:
    more = f"\n- and {len(lines) - SHOWN_DIFFERENCES:,} more" if len(lines) > SHOWN_DIFFERENCES else ""
    listed = "\n".join(f"- {escape(line)}" for line in lines[:SHOWN_DIFFERENCES])
    st.error(f"**{escape(sentence)}**\n\n{listed}{more}", icon=":material/error:")
