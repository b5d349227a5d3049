"""A link as a QR code, drawn here, without a network."""

from __future__ import annotations

import streamlit as st


@st.cache_data(max_entries=64, show_spinner=False)
def qr_code(link: str) -> str:
    """An SVG picture, dark on light in both themes: many phones read no other."""
    import segno

    return segno.make(link, error="m", micro=False).svg_inline(scale=8, dark="#000", light="#fff")
