"""Who is asking: a token that survives a reload and is in no link.

The server gives each browser a cookie of our own with its first answer, before the page's connection is opened; a
script reads it through `st.context.cookies`. Where there is no cookie (it was refused, or the app is served without
this middleware) the session itself is the owner, and a reload starts afresh.
"""

from __future__ import annotations

import re
import secrets
import time

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "finetuning_lab_browser"
KEPT_S = 30 * 24 * 3600
LATELY_S = 600.0
CROWD = 4
"""So many browsers lately make a class, in which what one student's page costs is taken from the others."""
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
"""What `new_token` makes: 256 random bits."""


_visits: dict[str, float] = {}
"""When each browser last ran a page, in seconds of the monotonic clock."""


def note_visit() -> None:
    _visits[owner()] = time.monotonic()


def browsers_lately() -> int:
    """How many browsers have run a page in the last ten minutes: about the size of the class."""
    now = time.monotonic()
    for token, at in list(_visits.items()):
        if now - at > LATELY_S:
            _visits.pop(token, None)
    return len(_visits)


def owner() -> str:
    """The owner token of this browser."""
    token = str(st.context.cookies.get(COOKIE, ""))  # AppTest gives an object that is no text
    if _TOKEN.fullmatch(token):
        return token
    if "owner" not in st.session_state:  # one script of a session runs at a time
        st.session_state["owner"] = new_token()
    return st.session_state["owner"]


def address() -> str | None:
    """The address that this browser's connection comes from; None where it is not known. Behind a proxy that does not
    pass it on, it is the proxy's, and everybody's."""
    found = st.context.ip_address
    return found if isinstance(found, str) else None


def new_token() -> str:
    return secrets.token_urlsafe(32)


class BrowserCookie:
    """ASGI middleware: whoever comes without our cookie leaves with one, which no script in the browser can read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _TOKEN.fullmatch(_cookies(scope).get(COOKIE, "")):
            await self._app(scope, receive, send)
            return
        secure = "; Secure" if scope["scheme"] == "https" else ""
        cookie = f"{COOKIE}={new_token()}; Path=/; Max-Age={KEPT_S}; HttpOnly; SameSite=Lax{secure}"

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _cookies(scope: Scope) -> dict[str, str]:
    return cookie_parser(Headers(scope=scope).get("cookie", ""))
