"""What a whole room does together: an instructor at the projector and two students rank answers and run a sweep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import press, press_button
from tests.browser.rooms import do_together, join, open_room, phones_of
from tests.browser.server import App

pytestmark = pytest.mark.browser
PLACES = (("1st", "2nd", "3rd", "4th"), ("2nd", "1st", "3rd", "4th"))


@pytest.fixture
def two_phones(browser: Browser) -> Iterator[list[Page]]:
    with phones_of(browser, 2) as pages:
        yield pages


@pytest.mark.thorough
def test_a_room_ranks_and_sweeps_a_grid(page: Page, app: App, two_phones: list[Page], gone_and_back):
    code = open_room(page, app)
    for phone in two_phones:
        join(phone, app, code)
    page.get_by_role("heading", level=1).first.hover()  # off the picture, whose tools lie over the views

    do_together(page, "Rank answers")
    press_button(page, "Let the room rank")
    for phone, places in zip(two_phones, PLACES, strict=True):
        expect(phone.get_by_role("button", name="Send my ranking").first).to_be_visible()
        for at, place in enumerate(places):
            press(phone.get_by_text(place, exact=True).nth(at))
        press_button(phone, "Send my ranking")
        expect(phone.get_by_text("Your ranking is in").first).to_be_visible()
    expect(page.get_by_text("They agree on 83% of the pairs so far").first).to_be_visible()
    press_button(page, "Show the answers")
    expect(page.get_by_text("A or B divides the room").first).to_be_visible()
    expect(two_phones[0].get_by_text("The room agrees with").first).to_be_visible()

    do_together(page, "Sweep a grid")
    press_button(page, "Deal the cells")
    expect(two_phones[1].get_by_text("Your cell").first).to_be_visible()
    cell = two_phones[0].get_by_text("Your cell").first.inner_text()
    with app.held():
        press_button(two_phones[0], "Start")
        expect(two_phones[0].get_by_role("button", name="Start again").first).to_be_disabled()
        phone = gone_and_back(two_phones[0])
        expect(phone.get_by_text(cell).first).to_be_visible()
        expect(phone.get_by_role("button", name="Start again").first).to_be_disabled()  # its run still goes
    expect(phone.get_by_text("place 1 of 1 so far").first).to_be_visible()
    expect(page.get_by_text("1 of 12 runs are over").first).to_be_visible()
    press_button(two_phones[1], "Start")
    expect(page.get_by_text("2 of 12 runs are over").first).to_be_visible()
    expect(page.get_by_text("has the lowest held-out loss").first).to_be_visible()
