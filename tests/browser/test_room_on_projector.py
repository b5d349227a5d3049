"""A room that is led from the projector: whatever it shows is large, and the phones show the same to everybody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import findings
from tests.browser.conftest import press, press_button, settle
from tests.browser.projector import PROJECTOR, too_small
from tests.browser.rooms import PHONE, answer, do_together, join, open_room, phones_of, put_and_answer
from tests.browser.server import App

pytestmark = pytest.mark.browser
WIDEST = "document.querySelector('[data-testid=stMain]').scrollWidth"
PAPER = "colour => getComputedStyle(document.querySelector('.stApp')).backgroundColor == colour"
WORST = ("I am tea drinking happy very of cup warm that say to", "I am glad of my tea.")
WHITE, BLACK = "rgb(255, 255, 255)", "rgb(0, 0, 0)"


@pytest.fixture
def projector(page: Page) -> Page:
    page.set_viewport_size(PROJECTOR)
    return page


@pytest.fixture
def two_phones(browser: Browser) -> Iterator[list[Page]]:
    """The second is dark."""
    with phones_of(browser, 2) as pages:
        pages[1].emulate_media(color_scheme="dark")
        yield pages


def unreadable(projector: Page, *phones: Page) -> list[str]:
    """What is too small from the last row, too wide for a phone, or serious to axe; the projector in light and dark."""
    for each in (projector, *phones):
        settle(each)
    found = too_small(projector) + findings(projector)
    for phone in phones:
        found += findings(phone)
        if (pixels := phone.evaluate(WIDEST)) > PHONE["width"]:
            found.append(f"{pixels} pixels wide")
    projector.emulate_media(color_scheme="dark")
    projector.wait_for_function(PAPER, arg=BLACK)
    found += [f"dark: {wrong}" for wrong in findings(projector, "color-contrast")]
    projector.emulate_media(color_scheme="light")
    projector.wait_for_function(PAPER, arg=WHITE)
    return found


TITLED = """count => count == [...document.querySelectorAll('.js-plotly-plot .gtitle')]
  .filter(title => title.getBoundingClientRect().height).length"""


def see_charts(page: Page, count: int) -> None:
    """Streamlit fetches plotly with the first chart, and draws what comes near."""
    page.wait_for_function(TITLED, arg=count)


def test_a_vote_on_the_projector_is_readable_from_the_last_row(projector: Page, app: App, browser: Browser):
    code = open_room(projector, app, "?present=1")
    with phones_of(browser, 1) as (phone,):
        join(phone, app, code)
        put_and_answer(projector, phone)
        expect(projector.get_by_text("1 of 1").first).to_be_visible()
        press_button(projector, "Show the answers")
        see_charts(projector, 1)
        assert not unreadable(projector, phone)


@pytest.mark.thorough
def test_all_that_a_room_does_is_readable_on_the_projector_and_on_a_phone(
    projector: Page, app: App, two_phones: list[Page]
):
    found: dict[str, list[str]] = {}

    def look_at(what: str, *phones: Page) -> None:
        if wrong := unreadable(projector, *phones):
            found[what] = wrong

    code = open_room(projector, app, "?present=1")
    for phone in two_phones:
        join(phone, app, code)
    expect(projector.get_by_text("2 students are in the room").first).to_be_visible()
    look_at("invitation", *two_phones)
    vote_argue_and_vote_again(projector, two_phones, look_at)
    sweep_a_grid(projector, two_phones, look_at)
    write_the_worst(projector, two_phones, look_at)
    assert not found


def vote_argue_and_vote_again(projector: Page, phones: list[Page], look_at) -> None:
    press_button(projector, "Put the first question")
    expect(projector.get_by_text("How surprised was it?").first).to_be_visible()
    look_at("questions to put")
    press(projector.get_by_role("button", name="Put it to the room").nth(1))
    answer(phones[0], "A")
    expect(projector.get_by_text("1 of 2").first).to_be_visible()
    look_at("voting", *phones)
    answer(phones[1], "B")
    expect(projector.get_by_text("2 of 2").first).to_be_visible()
    press_button(projector, "Argue, then vote again")
    expect(phones[0].get_by_text("convince each other").first).to_be_visible()
    look_at("arguing", *phones)
    press_button(projector, "Vote again")
    for phone in phones:
        expect(phone.get_by_text("Before you argued").first).to_be_visible()
        answer(phone, "A")
    expect(projector.get_by_text("2 of 2").first).to_be_visible()
    look_at("voting again", *phones)
    press_button(projector, "Show the answers")
    expect(projector.get_by_text("1 changed their answer").first).to_be_visible()
    see_charts(projector, 2)
    expect(projector.locator(".sankey-link").first).to_have_css("opacity", "1")
    for phone in phones:
        see_charts(phone, 1)
    look_at("flows", *phones)


def sweep_a_grid(projector: Page, phones: list[Page], look_at) -> None:
    do_together(projector, "Sweep a grid")
    look_at("what a room does together")
    press_button(projector, "Deal the cells")
    for phone in phones:
        expect(phone.get_by_text("Your cell").first).to_be_visible()
    see_charts(projector, 1)
    look_at("cells dealt", *phones)
    for phone in phones:
        press_button(phone, "Start")
        expect(phone.get_by_text("Held-out loss").first).to_be_visible()
    expect(projector.get_by_text("2 of 12 runs are over").first).to_be_visible()
    see_charts(projector, 2)
    look_at("map", *phones)


def write_the_worst(projector: Page, phones: list[Page], look_at) -> None:
    press(projector.get_by_text("Put a question"))
    press_button(projector, "Let them write")
    for phone, words in zip(phones, WORST, strict=True):
        phone.get_by_label("Your words").first.fill(words)
        press_button(phone, "Send")
    look_at("writing", *phones)
    press(projector.get_by_text("The room's words", exact=True))
    expect(projector.get_by_text("This screen is the projector").first).to_be_visible()
    look_at("words that are not for the projector")
    press(projector.get_by_text("Read them here, before everybody"))
    press_button(projector, "I have read them: let all through")
    press(projector.get_by_text("On the projector", exact=True))
    press_button(projector, "Show the answers")
    expect(projector.get_by_text("leads with a ROUGE-1").first).to_be_visible()
    look_at("board", *phones)
    press(projector.get_by_text("Take home, end"))
    expect(projector.get_by_text("ends by itself").first).to_be_visible()
    look_at("take home")
