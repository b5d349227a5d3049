"""The app as Community Cloud starts it: `streamlit run` from the root, on the entrypoint in its own folder."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.server import running_app
from tests.waiting import wait_until

pytestmark = pytest.mark.browser


@pytest.mark.thorough
def test_the_entrypoint_serves_a_chapter_and_a_run(page: Page):
    with running_app("deploy/community-cloud/streamlit_app.py") as app:
        page.goto(f"{app.url}/kv-cache")  # a chapter opened directly, first after the start
        settle(page)
        expect(page.get_by_role("heading", name="KV cache").first).to_be_visible()
        wait_until(lambda: len(app.workers()) == 1, "the one worker that its memory has room for")
        page.goto(f"{app.url}/live-lora?steps=5")
        settle(page)
        page.get_by_role("button", name="Start", exact=True).click()
        expect(page.get_by_role("heading", name="What happened").first).to_be_visible()
