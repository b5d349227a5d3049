"""Finetuning Lab: the router. Pages are in `pages/`, their order in `lib/curriculum.py`.

`streamlit run app.py` imports this file once as the server (`app`), then runs it as a script for every visitor
(`main`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from lib import ui
from lib.charts.drawing import forget_properties
from lib.classroom.order.purging import Purging
from lib.logs import log_to_standard_error, record_error
from lib.models.fetch.background import BackgroundFetch
from lib.serving import health
from lib.serving.arenas import few_arenas
from lib.serving.garbage import spare_what_stays
from lib.serving.turns import in_turn
from lib.serving.wakeups import wake_once
from lib.ui.home.every_page import course_pages, pages_beside, tab_icon
from lib.ui.kit import jobs
from lib.ui.kit.keeping.notes import stop_notes
from lib.ui.kit.presenting.keys import led
from lib.ui.kit.presenting.looks import readable_everywhere
from lib.ui.kit.presenting.stage import presenting
from lib.ui.kit.server.listener import send_at_once
from lib.ui.kit.server.streamlit_private import (
    forget_pages_folder,
    keep_clicks,
    look_up_what_is_asked_for,
    watch_files_only_if_wanted,
)
from lib.ui.kit.session import BrowserCookie

MIDDLEWARE = [Middleware(BrowserCookie)]


def main() -> None:
    st.set_page_config(page_icon=tab_icon(), layout="wide")  # before the navigation, which would set its own icon
    beside = pages_beside()
    on_projector = presenting()
    page = st.navigation(
        {**course_pages(), "": beside}, expanded=True, position="hidden" if on_projector else "sidebar"
    )
    name = page.title if page.title == "Finetuning Lab" else f"{page.title} · Finetuning Lab"
    st.set_page_config(page_title=name)
    readable_everywhere()
    if page in beside:
        stop_notes()
        page.run()
        return
    if on_projector:
        with led(page.url_path.replace("-", "_") or "home"):
            page.run()
    else:
        page.run()
        ui.footer(page.url_path)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """While the server runs: a warm worker, so that the first student's click need not wait for torch, and the real
    small model on its way if it is to be fetched."""
    log_to_standard_error()
    send_at_once()
    wake_once(asyncio.get_running_loop())
    jobs.start_in_background()
    fetching, purging = BackgroundFetch(), Purging()
    forget_properties()
    spare_what_stays()
    yield
    purging.close()
    fetching.close()
    jobs.close()


ROUTES = health.routes({"workers": lambda: jobs.engine().responds(), "rooms": health.rooms_respond})

if __name__ == "__main__":
    with in_turn():
        main()
else:
    forget_pages_folder()
    watch_files_only_if_wanted()
    look_up_what_is_asked_for()
    keep_clicks()
    few_arenas()
    app = st.App(__file__, lifespan=lifespan, routes=ROUTES, middleware=MIDDLEWARE, on_script_error=record_error)
