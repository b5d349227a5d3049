"""A student finds what fits on a T4, takes the notebook's step, and brings an adapter and a log back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SCRIPT, scripts_run, settle
from tests.browser.server import App
from tests.unit.lesson.unsloth.files import folder, state

pytestmark = pytest.mark.browser


def test_counted_taken_and_brought_back(page: Page, app: App):
    page.goto(f"{app.url}/unsloth?un_view=Your+GPU&un_gpu=Tesla+T4")
    settle(page)
    expect(page.get_by_text("CUDA capability 7.5, and 7.0 is asked for.").first).to_be_visible()

    page.get_by_role("radio", name="The notebook").click()
    settle(page)
    expect(page.get_by_text("Look for.").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Unsloth notebook").click()
    assert download.value.suggested_filename == "qlora-unsloth.ipynb"
    assert "FastLanguageModel" in download.value.path().read_text(encoding="utf-8")

    page.get_by_role("radio", name="Bring it back").click()
    settle(page)
    boxes = page.get_by_test_id("stFileUploaderDropzoneInput")
    boxes.nth(0).set_input_files(
        {"name": f"{SCRIPT}.bin", "mimeType": "application/octet-stream", "buffer": b"\x80\x04."}
    )
    expect(page.get_by_text("can run code when it is opened").first).to_be_visible()
    assert scripts_run(page) == 0
    boxes.nth(0).set_input_files({"name": "adapter.zip", "mimeType": "application/zip", "buffer": folder()})
    expect(page.get_by_text("Layer 1 is moved by").first).to_be_visible()
    log = state(*({"step": n, "loss": 3.0 / n, "eval_loss": 2.0 / n} for n in range(1, 9)))
    boxes.nth(1).set_input_files({"name": "trainer_state.json", "mimeType": "application/json", "buffer": log})
    expect(page.get_by_text("lowest at step 8").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("lowest at step 8").first).to_be_visible()  # nothing was lost
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
