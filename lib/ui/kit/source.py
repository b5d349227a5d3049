"""Show a function's own source on a page, so that what students read is what ran."""

from __future__ import annotations

import ast

import streamlit as st

from lib.places import ROOT


@st.cache_data(max_entries=32)
def source_of(file: str, function: str) -> str:
    """The text of a top-level function, read without importing its module (which may need torch)."""
    text = (ROOT / file).read_text(encoding="utf-8")
    node = next(node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == function)
    return ast.get_source_segment(text, node) or ""
