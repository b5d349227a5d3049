"""A chapter on a projector, led by a clicker and by keys: large, without a sidebar, one part at a time."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from lib import curriculum
from lib.lesson.presenting.demos import demos
from lib.lesson.presenting.notes import notes
from lib.lesson.presenting.steps import beside, steps_of
from tests.browser.accessibility import findings
from tests.browser.conftest import settle
from tests.browser.projector import PROJECTOR, too_small
from tests.browser.server import App

pytestmark = pytest.mark.browser
CHAPTER = curriculum.chapter("pretraining_cost")
DEMOS = [demo for demo in demos() if demo.slug == CHAPTER.slug]


SCREEN = """() => {
  const main = document.querySelector('[data-testid=stMain]'), bar = document.querySelector('.st-key-stage_keys');
  return [main.scrollTop, main.clientHeight - bar.offsetHeight, main.scrollHeight - main.clientHeight];
}"""


def _keys_heard(page: Page) -> None:
    """Wait for the buttons: their script is fetched after the page's words, and a key before that is lost."""
    settle(page)
    expect(page.get_by_role("button", name="Next").first).to_be_visible()
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


LOWEST = "() => { const main = document.querySelector('[data-testid=stMain]'); main.scrollTop = main.scrollHeight; }"


def _click_through_the_screens(page: Page, key: str) -> None:
    """A key until the step is another one: no line is passed by unseen."""
    at, seen, lowest = page.evaluate(SCREEN)
    while at < lowest - 8:
        page.keyboard.press(key)
        page.wait_for_function(f"document.querySelector('[data-testid=stMain]').scrollTop > {at}")
        next_at, seen, lowest = page.evaluate(SCREEN)
        assert next_at <= at + seen
        at = next_at
    page.keyboard.press(key)


def test_a_clicker_leads_through_large_parts_and_keys_reveal(page: Page, app: App):
    page.set_viewport_size(PROJECTOR)
    page.goto(f"{app.url}/{CHAPTER.url_path}?present=1")
    steps = steps_of(CHAPTER)
    for place, step in enumerate(steps, start=1):
        expect(page.get_by_text(f"{step.label} ({place} of {len(steps)})").first).to_be_visible()
        _keys_heard(page)
        expect(page.locator("[data-testid=stSidebar]")).to_have_count(0)
        # The experiment always runs; it is to be seen at its own step only.
        expect(page.locator(".js-plotly-plot:visible")).to_have_count(0 if step.part != "experiment" else 1)
        assert not too_small(page)
        if step.part == "experiment":
            assert not findings(page)
        if step.part == "predict":
            right = next(option for option in CHAPTER.predict.options if option.correct)
            expect(page.get_by_text(right.why)).to_have_count(0)
            page.keyboard.press("a")
            expect(page.get_by_text(right.why).first).to_be_visible()
        if place < len(steps):
            _keys_heard(page)
            _click_through_the_screens(page, "PageDown" if place % 2 else "ArrowRight")
    page.keyboard.press("PageUp")
    expect(page.get_by_text(f"({len(steps) - 1} of {len(steps)})").first).to_be_visible()
    _keys_heard(page)
    page.keyboard.press("x")
    expect(page.locator("[data-testid=stSidebar]").first).to_be_visible()


@pytest.mark.thorough
def test_every_step_of_every_chapter_is_readable_from_the_last_row_and_to_a_screen_reader(page: Page, app: App):
    """One walk with the arrow key from the first chapter to the last."""
    page.set_viewport_size(PROJECTOR)
    to = (curriculum.chapters()[0].slug, 0)
    page.goto(f"{app.url}/?present=1")
    found: dict[str, list[str]] = {}

    def lead_on() -> None:
        """Behind the step's last screen is the next step; a page that has grown meanwhile is turned once more."""
        page.evaluate("document.dispatchEvent(new Event('scroll'))")  # now it is known that the step is a new one
        turned = True
        while turned:
            page.evaluate(LOWEST)
            at = page.evaluate(SCREEN)[0]
            page.keyboard.press("ArrowRight")
            turned = page.evaluate(SCREEN)[0] > at

    while to is not None:
        chapter, place = curriculum.chapter(to[0]), to[1]
        steps = steps_of(chapter)
        said = f"{chapter.title} · {steps[place].label} ({place + 1} of {len(steps)})"
        expect(page.locator(".st-key-stage_keys p").filter(has_text=said).first).to_be_visible()
        _keys_heard(page)
        if wrong := too_small(page) + findings(page):
            found[said] = wrong
        to = beside(chapter.slug, place, 1)
        if to is not None:
            lead_on()
    assert not found


@pytest.mark.thorough
def test_the_second_screen_follows_and_leads_the_projector(page: Page, app: App):
    page.goto(f"{app.url}/{CHAPTER.url_path}?present=1&step=2")
    settle(page)
    told = notes()[CHAPTER.slug]
    page.wait_for_function(f"({SCREEN})()[2] < 8")  # the question fits: its one screen is the step
    second = page.context.new_page()
    second.goto(f"{app.url}/presenter")
    expect(second.get_by_text(told.say["predict"]).first).to_be_visible()
    second.get_by_role("button", name="Reveal the answer").first.click()
    right = next(option for option in CHAPTER.predict.options if option.correct)
    expect(page.get_by_text(right.why).first).to_be_visible()
    second.get_by_role("button", name="Next").first.click()
    expect(page.get_by_text(f"(3 of {len(steps_of(CHAPTER))})").first).to_be_visible()
    expect(second.get_by_text(told.say["experiment"]).first).to_be_visible()
    born = next(place for place, demo in enumerate(DEMOS) if demo.query["pc_model"].startswith("Llama"))
    second.locator(f".st-key-presenter_demo_{born}").get_by_role("button").first.click()
    expect(page.locator(".gtitle").filter(has_text="Llama 3.1 405B").first).to_be_visible()


@pytest.mark.thorough
def test_the_second_screen_a_clicker_and_the_projector_s_button_turn_the_same_screens(page: Page, app: App):
    page.set_viewport_size(PROJECTOR)
    step = 1 + next(at for at, each in enumerate(steps_of(CHAPTER)) if each.part == "experiment")
    page.goto(f"{app.url}/{CHAPTER.url_path}?present=1&step={step}")
    _keys_heard(page)
    second = page.context.new_page()
    second.goto(f"{app.url}/presenter")
    where = second.get_by_text(f"Step {step} of {len(steps_of(CHAPTER))}, screen").first
    expect(where).to_contain_text("screen 1 of")
    expect(where).to_contain_text("next: screen 2")
    screens = int(where.inner_text().split(" of ")[2].split()[0])
    assert screens > 1
    tops = [page.evaluate(SCREEN)[0]]
    turns = (
        lambda: second.get_by_role("button", name="Next").first.click(),
        lambda: page.keyboard.press("PageDown"),
        lambda: page.locator(".st-key-stage_next button").first.click(),
        lambda: second.keyboard.press("PageDown"),
    )
    for number in range(2, screens + 1):
        turns[number % 4 - 2]()
        expect(where).to_contain_text(f"screen {number} of {screens}")
        page.wait_for_function(f"document.querySelector('[data-testid=stMain]').scrollTop > {tops[-1]}")
        tops.append(page.evaluate(SCREEN)[0])
    assert tops[-1] > page.evaluate(SCREEN)[2] - 8
    expect(where).not_to_contain_text("next: screen")
    second.get_by_role("button", name="Back").first.click()
    expect(where).to_contain_text(f"screen {screens - 1} of {screens}")
    page.wait_for_function(f"Math.abs(document.querySelector('[data-testid=stMain]').scrollTop - {tops[-2]}) < 2")
    second.get_by_role("button", name="Next").first.click()
    expect(where).to_contain_text(f"screen {screens} of {screens}")
    second.get_by_role("button", name="Next").first.click()
    expect(page.get_by_text(f"({step + 1} of {len(steps_of(CHAPTER))})").first).to_be_visible()


@pytest.mark.parametrize("topic", ["paged attention", "positions in the model", "bigrams, 0.57"])
def test_a_demo_s_link_shows_its_page_on_the_projector(page: Page, app: App, topic):
    demo = next(demo for demo in demos() if demo.topic == topic)
    page.goto(f"{app.url}/{demo.link_on_stage}")
    settle(page)
    steps = steps_of(demo.chapter)
    expect(page.get_by_text(f"{steps[demo.place].label} ({demo.place + 1} of {len(steps)})").first).to_be_visible()
    expect(page.get_by_text("The link asks for")).to_have_count(0)
    chosen = next(value for key, value in demo.query.items() if key in ("part", "ad_kind", "rouge"))
    expect(page.get_by_role("radio", name=chosen, exact=True, checked=True).first).to_be_visible()


LEFT_BELOW = """() => document.querySelector('.st-key-stage_keys').getBoundingClientRect().top
  - document.querySelector('[class*="st-key-stage_recorded_run_"]').getBoundingClientRect().bottom"""
"""Pixels of the screen between the notice of a recorded run and the keys: there begins what the run has shown."""
MARK = "Recorded, not computed now"
LOOKS_SELDOM = """const often = window.setInterval;
window.setInterval = (look, pause, ...given) => often(look, Math.max(pause, 3000), ...given);
document.addEventListener('DOMContentLoaded', () =>
  document.head.insertAdjacentHTML('beforeend', '<style>* { overflow-anchor: none !important; }</style>'));"""
"""Two keys are pressed between two looks of the projector's script, and the browser does not keep the place itself."""


def test_the_point_of_a_demo_and_a_recorded_run_are_in_view_without_turning_a_screen(page: Page, app: App):
    page.add_init_script(LOOKS_SELDOM)
    page.set_viewport_size(PROJECTOR)
    link = {demo.topic: demo.link_on_stage for demo in demos()}
    page.goto(f"{app.url}/{link['bigrams, 0.57']}")
    settle(page)
    expect(page.get_by_text("Reference: 3").first).to_be_in_viewport()
    page.goto(f"{app.url}/{link['the reward trains the model']}")
    mark = page.get_by_text(MARK).first
    expect(mark).to_be_in_viewport()
    _keys_heard(page)
    page.keyboard.press("b")
    expect(mark).to_have_count(0)
    page.keyboard.press("b")
    expect(mark).to_be_in_viewport()
    page.wait_for_function(f"({LEFT_BELOW})() > 250")


def test_a_demo_begins_with_its_recorded_run_and_a_key_starts_one_of_one_s_own(page: Page, app: App):
    page.set_viewport_size(PROJECTOR)
    (demo,) = [each for each in demos() if each.recorded == "new-head@bundled"]
    page.goto(f"{app.url}/{demo.link_on_stage}")
    expect(page.get_by_text("Tidewell is made up").first).to_be_in_viewport()
    mark = page.get_by_text(MARK).first
    expect(mark).to_be_visible()
    _keys_heard(page)
    page.keyboard.press("s")
    expect(mark).to_have_count(0)
    expect(page.get_by_text("The other: replace a layer").first).to_be_visible()
    expect(page.get_by_role("button", name="Recorded run").first).to_be_visible()


@pytest.mark.thorough
@pytest.mark.parametrize("demo", {each.recorded: each for each in demos() if each.recorded}.values())
def test_what_a_recorded_run_has_shown_is_on_the_first_screen(page: Page, app: App, demo):
    page.set_viewport_size(PROJECTOR)
    page.goto(f"{app.url}/{demo.link_on_stage}")
    expect(page.get_by_text(MARK).first).to_be_in_viewport()
    page.wait_for_function(f"({LEFT_BELOW})() > 250")
