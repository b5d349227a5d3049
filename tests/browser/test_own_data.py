"""Own data: five rows pasted, seen token by token, learnt, and asked for."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import press, press_button, settle
from tests.browser.server import App

pytestmark = pytest.mark.browser

ROWS = {
    "black coffee with sugar": "Kopi O",
    "black tea with sugar": "Teh O",
    "black coffee with no sugar": "Kopi O Kosong",
    "black tea with no sugar": "Teh O Kosong",
    "iced black coffee with sugar": "Kopi O Peng",
}


def test_paste_preview_train_ask(page: Page, app: App):
    page.goto(f"{app.url}/live-lora?view=Own+data&own-steps=40&own-model=Bundled+base+model")
    settle(page)
    pasted = "\n".join(json.dumps({"instruction": f"Order: {asked}", "response": said}) for asked, said in ROWS.items())
    page.get_by_label("Texts", exact=True).fill(pasted)
    page.get_by_label("Texts", exact=True).blur()
    expect(page.get_by_text("“instruction” asks, and “response” answers").first).to_be_visible()

    press_button(page, "Preview")
    expect(page.get_by_text("that count in the loss").first).to_be_visible()
    expect(page.get_by_text("two figures").first).to_be_visible()

    with app.held():
        press_button(page, "Train on these")
        expect(page.get_by_role("button", name="Stop", exact=True).first).to_be_enabled()
        page.reload()
        expect(page.get_by_label("Texts", exact=True)).to_have_value(pasted)
        expect(page.get_by_text("that count in the loss").first).to_be_visible()
        expect(page.get_by_role("button", name="Stop", exact=True).first).to_be_enabled()
        assert "instruction" not in page.url
    expect(page.get_by_role("heading", name="What happened").first).to_be_visible()

    page.get_by_label("Prompt", exact=True).fill("Order: black tea with sugar")
    press_button(page, "Ask")
    expect(page.get_by_text("With the adapter").last).to_be_visible()
    expect(page.get_by_label("Texts", exact=True)).to_have_value(pasted)


@pytest.mark.thorough
def test_an_uploaded_file_keeps_its_own_split_and_its_run_goes_on_after_a_stop(page: Page, app: App):
    rows = [(asked, said, "train") for asked, said in ROWS.items()]
    rows += [("iced black tea with sugar", "Teh O Peng", "test"), ("strong black tea with sugar", "Teh O Gao", "test")]
    table = "\n".join(["instruction,response,split", *(",".join(row) for row in rows)])
    page.goto(f"{app.url}/live-lora?view=Own+data&own-steps=100&own-model=Bundled+base+model")
    settle(page)
    page.locator('input[type="file"]').set_input_files(
        {"name": "orders.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    expect(page.get_by_text("Hold out what the column “split” says").first).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").nth(1)).to_have_text("2")
    page.reload()
    expect(page.get_by_text("orders.csv is still here.")).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").nth(1)).to_have_text("2")
    press_button(page, "Preview")
    expect(page.get_by_text("that count in the loss").first).to_be_visible()
    press_button(page, "Train on these")
    expect(page.get_by_text("tokens/s").first).to_be_visible()
    with app.held():
        press_button(page, "Stop")
    press(page.get_by_role("button", name="Go on from step"))
    expect(page.get_by_text("nats per token in 100 steps").first).to_be_visible()
