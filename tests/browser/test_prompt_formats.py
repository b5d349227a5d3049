"""A conversation is edited, written in another format, and a template is pasted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import act_until, press, settle
from tests.browser.server import App

pytestmark = pytest.mark.browser


def test_edited_written_and_rendered_by_a_template_of_one_s_own(page: Page, app: App):
    page.goto(f"{app.url}/prompt-formats")
    settle(page)
    page.get_by_label("Turn 2: text").fill("Where is Ujong Pasir?")
    page.get_by_label("Turn 2: text").press("Control+Enter")
    expect(page.get_by_text("SmolLM2: what the model is given").locator("..")).to_contain_text("Where is Ujong Pasir?")
    press(page.get_by_role("radio", name="What breaks", exact=True))
    settle(page)
    expect(page.get_by_label("Turn 2: text")).to_have_value("Where is Ujong Pasir?")
    expect(page.get_by_role("button", name="Ask in every format")).to_be_enabled()
    press(page.get_by_text("Your own", exact=True))
    own = page.get_by_label("Template, in Jinja")
    own.fill("{% for m in messages %}<{{ m.content }}>{% endfor %}")
    own.press("Control+Enter")
    render = page.get_by_role("button", name="Render it", exact=True)
    # again, if the button was quicker than the template
    act_until(
        page.get_by_text("<Answer in one short sentence.><Where is Ujong Pasir?>").first,
        lambda limit_ms: render.click(timeout=limit_ms),
    )
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
