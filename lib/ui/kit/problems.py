"""The one place that shows an error: one sentence, no stack trace, and the page goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from lib.errors import StudentError
from lib.ui.kit.text import escape


def problem(error: StudentError | str) -> None:
    """Show what is wrong and what would be right."""
    st.error(escape(str(error)), icon=":material/error:")


class NotYet(Exception):
    """What a part of a page needs is still being worked on, and the page says so elsewhere."""


@contextmanager
def guard() -> Iterator[None]:
    """Run a part of a page that may meet bad input; what follows the `with` block is still shown."""
    try:
        yield
    except NotYet:
        return
    except StudentError as error:
        problem(error)
