"""Inputs that live in the link.

Each control is a Streamlit widget bound to the query parameter named by its `key`, so that an instructor's
link reproduces the demo. Streamlit silently drops a value it cannot use; these say so. Limits of a widget
hold only in the browser, so the value is checked again here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import streamlit as st

from lib.ui.kit.keeping.notes import note_setting

BIND = "query-params"
LONGEST_IN_LINK = 6_000
"""Characters of a text as a link writes it: nine for a Chinese one. A server refuses an address of 64 KB, and with it
whoever loads the page anew; a page has up to eight such texts."""
REFUSED, DRAWN = "controls:refused", "controls:drawn"
"""Of all controls of a session: what the link asked for in vain, by key, and which were drawn. One entry each, since
Streamlit goes through all entries of a session for every list of options that it draws."""


def slider(label: str, low: float, high: float, default: float, *, key: str, **more: Any) -> Any:
    """A number from `low` to `high`; int if all three are ints."""
    kind = int if all(isinstance(value, int) for value in (low, high, default)) else float
    refused = _refused(key, lambda raw: low <= kind(raw) <= high)
    value = st.slider(label, low, high, default, key=key, bind=BIND, **more)
    value = value if low <= value <= high else default
    _say_refused(refused, key, f"a number from {low:,} to {high:,}", f"{default:,}")
    note_setting(key, label, value)
    return value


def pick(label: str, options: list[Any], default: Any, *, key: str, **more: Any) -> Any:
    """One of an ordered list of values, as a slider. The link carries the value as shown."""
    show = more.get("format_func", str)
    refused = _refused(key, lambda raw: raw in map(show, options))
    value = st.select_slider(label, options, default, key=key, bind=BIND, **more)
    _say_refused(refused, key, f"one of {', '.join(map(show, options))}", show(default))
    value = value if value in options else default
    note_setting(key, label, show(value))
    return value


def number(label: str, low: float, high: float, default: float, *, key: str, **more: Any) -> Any:
    """A typed number from `low` to `high`, int if all three are ints; an emptied box gives the default."""
    whole = all(isinstance(value, int) for value in (low, high, default))
    kind = int if whole else float
    refused = _refused(key, lambda raw: low <= kind(raw) <= high)
    # Always a box of floats: an infinity in the link makes Streamlit's boxes of integers fail.
    shape = {"step": float(more.pop("step", 1)), "format": "%.0f"} if whole else {}
    value = st.number_input(label, float(low), float(high), float(default), key=key, bind=BIND, **shape, **more)
    value = value if value is not None and low <= value <= high else default
    _say_refused(refused, key, f"a number from {low:,} to {high:,}", f"{default:,}")
    note_setting(key, label, kind(value))
    return kind(value)


def select(label: str, options: Mapping[str, str] | list[str], default: str, *, key: str, **more: Any) -> str:
    """One of `options`; a mapping gives each value a label to show. The link carries the label."""
    return _choice(st.selectbox, label, options, default, key, more, index=list(options).index(default))


def segmented(label: str, options: Mapping[str, str] | list[str], default: str, *, key: str, **more: Any) -> str:
    """One of a few options, all visible: left to itself, Streamlit hides those that a narrow column has no room for.
    The link carries the label."""
    more.setdefault("wrap", True)
    return _choice(st.segmented_control, label, options, default, key, more, default=default, required=True)


def text(label: str, default: str, *, key: str, max_chars: int = 2000, **more: Any) -> str:
    """One line of text, at most `max_chars` characters."""
    refused = _refused(key, lambda raw: len(raw) <= max_chars)
    kept = _kept_in(key, default)
    value = st.text_input(label, default, key=key, max_chars=max_chars, **kept, **more)
    _say_refused(refused, key, f"at most {max_chars:,} characters", "the usual text")
    _say_where_kept(kept)
    note_setting(key, label, value or "")
    return (value or "")[:max_chars]


def area(label: str, default: str, *, key: str, **more: Any) -> str:
    """Several lines of text, as long as they come: whoever computes with them says how much of it is used."""
    kept = _kept_in(key, default)
    value = st.text_area(label, default, key=key, **kept, **more) or ""
    _say_where_kept(kept)
    note_setting(key, label, value)
    return value


def toggle(label: str, default: bool, *, key: str, **more: Any) -> bool:
    refused = _refused(key, lambda raw: raw.lower() in {"true", "false"})
    value = st.toggle(label, default, key=key, bind=BIND, **more)
    _say_refused(refused, key, "true or false", str(default).lower())
    note_setting(key, label, "on" if value else "off")
    return value


def one_view(views: Mapping[str, tuple[str, Callable[[], list[dict]]]], *, key: str) -> list[dict]:
    """The choice of one of a chapter's views, what it is for, and the view: name → purpose and function. Its rows."""
    name = segmented("View", list(views), next(iter(views)), key=key)
    purpose, show = views[name]
    st.caption(purpose)
    return show()


def _choice(
    widget: Callable[..., Any],
    label: str,
    options: Mapping[str, str] | list[str],
    default: str,
    key: str,
    more: dict[str, Any],
    /,
    **initial: Any,
) -> str:
    labels = options if isinstance(options, Mapping) else {option: option for option in options}
    refused = _refused(key, lambda raw: raw in labels.values())
    value = widget(label, list(labels), format_func=labels.__getitem__, key=key, bind=BIND, **initial, **more)
    shown = list(labels.values())
    listed = ", ".join(shown[:6]) + (f" and {len(shown) - 6} more" if len(shown) > 6 else "")
    _say_refused(refused, key, f"one of {listed}", labels[default])
    value = value if value in labels else default
    note_setting(key, label, labels[value])
    return value


def _kept_in(key: str, default: str) -> dict[str, str]:
    """Where a text is kept, as Streamlit's boxes are told: in the link, or, where it is too long for one, beside it."""
    value = st.session_state.get(key, default) or ""
    fits = len(value) <= LONGEST_IN_LINK and len(quote(value)) <= LONGEST_IN_LINK
    return {"bind": BIND} if fits else {"persist_state": "session"}


def _say_where_kept(kept: Mapping[str, str]) -> None:
    if "bind" not in kept:
        st.caption(":material/link_off: Too long for the link: this text is here until the page is loaded anew.")


def _refused(key: str, valid: Callable[[str], bool]) -> str | None:
    """What the link asks for under `key`, if that cannot be had. Call before the widget is made.

    Streamlit takes a bad value out of the link on the first run, so it is remembered until the control is used.
    """
    _take_what_names_no_variant(key)
    refused = st.session_state.setdefault(REFUSED, {})
    raw = st.query_params.get(key)
    if raw is not None:
        try:
            good = valid(raw)
        except (ValueError, OverflowError):
            good = False
        refused[key] = None if good else raw
    return refused.get(key)


def _take_what_names_no_variant(key: str) -> None:
    """A control that a model, say, has for itself is keyed `name:variant`; a link's plain `name` means the first one
    that is shown. Not those shown later: what was chosen for one model does not suit the next."""
    name, _, variant = key.partition(":")
    drawn = st.session_state.setdefault(DRAWN, set())
    is_first = name not in drawn
    drawn.add(name)
    if is_first and variant and name in st.query_params and key not in st.query_params:
        st.query_params[key] = st.query_params[name]
        del st.query_params[name]
        st.rerun()


def _say_refused(refused: str | None, key: str, expected: str, used: str) -> None:
    """Beside the control, and once in a corner of the window: the control may stand in an expander that is closed."""
    if refused is None:
        return
    shown = refused if len(refused) <= 40 else refused[:40] + "…"
    asked = f"The link asks for {key.partition(':')[0]} = “{_inert(shown)}”"
    told = f":material/link_off: {asked}; it must be {expected}, so {used} is used."
    st.caption(told)
    said = f"{key}:refused:said"
    if st.session_state.get(said) != refused:
        st.session_state[said] = refused
        st.toast(told, duration="long")


def _inert(raw: str) -> str:
    """Text from a link may hold Markdown: leave only letters, digits and a few signs."""
    return "".join(character if character.isalnum() or character in " .,+-%…" else "·" for character in raw)
