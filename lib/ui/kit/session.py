"""Who is asking: a token that survives a reload and is in no link.

Streamlit gives each browser a cookie against forged requests (`_streamlit_xsrf`, on while
`server.enableXsrfProtection` is). Its secret part is random, lasts beyond a reload and is never shown, so its
digest serves as the owner of jobs. Where there is no cookie the session itself is the owner, and a reload
starts afresh.
"""

from __future__ import annotations

import hashlib
import uuid

import streamlit as st

XSRF_COOKIE = "_streamlit_xsrf"


def owner() -> str:
    """The owner token of this browser."""
    secret = _xsrf_secret(st.context.cookies.get(XSRF_COOKIE, ""))
    if secret is not None:
        return hashlib.sha256(secret).hexdigest()
    return st.session_state.setdefault("owner", uuid.uuid4().hex)


def _xsrf_secret(cookie: str) -> bytes | None:
    """The token under the cookie's mask: "2|mask|masked token|time", both in hex, the mask repeated over the token."""
    try:
        _, mask_hex, masked_hex, _ = cookie.strip('"').split("|")
        mask, masked = bytes.fromhex(mask_hex), bytes.fromhex(masked_hex)
    except ValueError:
        return None
    if not mask or not masked:
        return None
    return bytes(byte ^ mask[index % len(mask)] for index, byte in enumerate(masked))
