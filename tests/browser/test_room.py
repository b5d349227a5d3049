"""A lesson in one room: an instructor at the projector and five students, each in a browser of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.browser.conftest import SCRIPT, press, press_button, scripts_run, settle
from tests.browser.rooms import answer, join, open_room, phones_of
from tests.browser.server import App

pytestmark = pytest.mark.browser


@pytest.fixture
def phones(browser: Browser) -> Iterator[list[Page]]:
    with phones_of(browser, 5) as pages:
        yield pages


def test_from_opening_the_room_to_taking_it_home(page: Page, app: App, phones: list[Page], gone_and_back):
    code = open_room(page, app)
    expect(page.get_by_alt_text("QR code of the link").first).to_be_visible()

    for number, phone in enumerate(phones):
        join(phone, app, code, name=SCRIPT if number == 1 else None)
    expect(phones[1].get_by_text(SCRIPT).first).to_be_visible()  # as letters
    expect(page.get_by_text("5 students are in the room").first).to_be_visible()

    press_button(page, "Put the first question")
    expect(page.get_by_text("How surprised was it?").first).to_be_visible()
    press(page.get_by_role("button", name="Put it to the room").nth(1))
    for phone, letter in zip(phones, "ABCAB", strict=True):
        answer(phone, letter)
    expect(page.get_by_text("5 of 5").first).to_be_visible()
    expect(page.get_by_text("What the room said")).to_have_count(0)
    assert phones[0].get_by_text("right so far").count() == 0

    phones[2] = gone_and_back(phones[2])
    expect(phones[2].get_by_text("Your answer is in").first).to_be_visible()
    press_button(page, "Argue, then vote again")
    expect(phones[1].get_by_text("convince each other").first).to_be_visible()
    press_button(page, "Vote again")
    for phone, letter in zip(phones, "AACAB", strict=True):
        expect(phone.get_by_text("Before you argued").first).to_be_visible()
        answer(phone, letter)
    expect(page.get_by_text("5 of 5").first).to_be_visible()
    press_button(page, "Show the answers")
    expect(page.get_by_text("Of the 5 who answered both times, 1 changed their answer").first).to_be_visible()
    for phone, right in zip(phones, (1, 1, 0, 1, 0), strict=True):
        expect(phone.get_by_text(f"You have {right} of 1 right so far").first).to_be_visible()

    home = take_home(page)
    assert [flow["students"] for flow in home["questions"][0]["flows"]] == [2, 1, 1, 1]
    assert SCRIPT not in json.dumps(home)
    words_are_shown_as_they_are(page, phones)
    press(page.get_by_text("End the room now"))
    press_button(page, "Delete the room and everything in it")
    expect(page.get_by_role("button", name="Open a room").first).to_be_visible()
    for phone in phones:
        expect(phone.get_by_role("heading", level=1, name="Join a room").first).to_be_visible()
    assert scripts_run(page) == 0
    page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", SCRIPT)
    page.wait_for_function("window.hasRun == 1")  # so it would have been seen


def test_a_code_and_a_name_are_typed_without_a_run_and_enter_joins_with_both(page: Page, app: App, browser: Browser):
    code = open_room(page, app)
    with phones_of(browser, 1) as (phone,):
        runs = runs_asked_for(phone)
        phone.goto(f"{app.url}/join")
        settle(phone)
        opening = len(runs)
        for label, typed in (("Code of the room", code.lower()), ("Your name here", "Teh Tarik")):
            box = phone.get_by_label(label).first
            box.fill(typed)
            box.press("Tab")
        box.press("Enter")
        expect(phone.get_by_text("You are Teh Tarik").first).to_be_visible()
        expect(phone.get_by_role("heading", level=1, name=f"Room {code}").first).to_be_visible()
        assert len(runs) == opening + 1


def runs_asked_for(page: Page) -> list[BackMsg]:
    """What the page asks the server to run from now on, as it goes over its connection."""
    asked: list[BackMsg] = []

    def note(sent: bytes) -> None:
        message = BackMsg.FromString(sent)
        if message.WhichOneof("type") == "rerun_script":
            asked.append(message)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    return asked


def words_are_shown_as_they_are(page: Page, phones: list[Page]) -> None:
    """A student writes HTML, and a link that is a script; the room sees both as letters."""
    said = f"{SCRIPT} [here](javascript:ran())"
    press(page.get_by_text("Put a question"))
    page.get_by_label("Ask something to be answered in their own words").first.fill("What surprised you?")
    press_button(page, "Ask it")
    box = phones[0].get_by_label("Your words").first
    box.fill(said)
    press_button(phones[0], "Send")
    press(page.get_by_text("The room's words", exact=True))
    expect(page.get_by_text(said).first).to_be_visible()
    press_button(page, "Let through")  # and on at once: the list is drawn anew each second
    press(page.get_by_text("On the projector", exact=True))
    press_button(page, "Show the answers")
    for screen in (page, phones[1]):
        expect(screen.get_by_text(said).first).to_be_visible()
        assert scripts_run(screen) == 0
    press(page.get_by_text("Take home, end"))


def take_home(page: Page) -> dict:
    press(page.get_by_text("Take home, end"))
    expect(page.get_by_text("ends by itself").first).to_be_visible()
    settle(page)
    with page.expect_download() as downloading:
        press_button(page, "JSON")
    return json.loads(Path(downloading.value.path()).read_text(encoding="utf-8"))
