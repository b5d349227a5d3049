"""What this machine can do, as the home page shows it."""

from __future__ import annotations

import streamlit as st

from lib.models import catalogue, device
from lib.units import format_count, format_gib, number_of


def overview() -> None:
    """Device with its memory, precisions and models, and why others are not available."""
    here = device.this_machine()
    processor, memory, gpu = st.columns(3)
    processor.metric("Processor", number_of(here.cores, "core"), help=here.processor, border=True)
    memory.metric("Memory", format_gib(here.memory_bytes), border=True)
    first = here.gpus[0] if here.gpus else None
    gpu.metric(
        "GPU", format_gib(first.total_bytes) if first else "none", help=first.name if first else None, border=True
    )
    if first is None:
        st.caption("No NVIDIA GPU was found, so models run on the processor. Everything works; larger models are slow.")
    precisions, models = st.columns(2)
    with precisions:
        st.markdown("**Precisions**")
        for each in device.precisions_here(here):
            st.markdown(f"{_mark(each.available)} **{each.name}**: {each.note}")
    with models:
        st.markdown("**Models**")
        for name, card in catalogue.catalogue().items():
            try:
                catalogue.find(name)
            except catalogue.ModelUnavailable as why:
                st.markdown(f"{_mark(False)} **{name}** ({format_count(card.parameters)})", help=str(why))
            else:
                st.markdown(f"{_mark(True)} **{name}** ({format_count(card.parameters)})")


def _mark(available: bool) -> str:
    return ":green[:material/check_circle:]" if available else ":gray[:material/do_not_disturb_on:]"
