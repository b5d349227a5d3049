"""What does not fit a projector is split into screens; every key that leads on goes through them before the next step.

How tall a page is only its browser knows, so this is a script: a constant of ours, never text of anybody's. It breaks a
page between two elements where one ends, and shows a sign at the lower right while there is more below; a recorded run
is brought into view, with the beginning of what it has shown. The second screen hears from it which of how many screens
is seen, and leads it to another one.
"""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from lib.lesson.presenting.leading import Projector, Screen
from lib.ui.kit.presenting.page_parts import ELEMENT, HORIZONTAL, MAIN, VERTICAL

MARKS = f"""
const PARTS = {json.dumps(", ".join(f".st-key-stage {each}" for each in (ELEMENT, VERTICAL, HORIZONTAL)))};
const page = () => document.querySelector({json.dumps(MAIN)});
"""
SCRIPT = """
const OVERLAP = 24, NEAR = 8, MOST = 50, LOOK_MS = 400, RESULT = 320, SETTLED = 12;
const KEYS = {PageDown: 1, ArrowRight: 1, PageUp: -1, ArrowLeft: -1};
const TYPED_IN = 'input, textarea, select, [contenteditable=true]';
const HAS_ARROWS = '[role=slider], [role=radiogroup], [role=tablist], [role=listbox], [role=menu]';
const bar = () => document.querySelector('.st-key-stage_keys');
const seen = () => page().clientHeight - bar().offsetHeight;
const lowest = () => page().scrollHeight - page().clientHeight;

const stops = () => {
  const high = seen(), end = lowest(), above = page().scrollTop - page().getBoundingClientRect().top;
  const parts = [...document.querySelectorAll(PARTS)]
    .filter(each => each.offsetHeight && getComputedStyle(each).position != 'sticky')
    .map(each => each.getBoundingClientRect()).filter(each => each.height < high)
    .map(each => ({top: each.top + above, bottom: each.bottom + above}));
  const whole = cut => !parts.some(each => each.top < cut - NEAR && each.bottom > cut + NEAR);
  const cuts = parts.map(each => each.top - NEAR).filter(whole);
  const found = [0];
  while (found.at(-1) < end - NEAR && found.length < MOST) {
    const at = found.at(-1), cut = Math.max(...cuts.filter(top => top > at + high * 0.4 && top <= at + high));
    found.push(Math.min(end, Number.isFinite(cut) ? cut : at + high - OVERLAP));
  }
  return found;
};

const seenNow = all => {
  if (page().scrollTop >= lowest() - NEAR) return all.length;
  return all.findLastIndex(stop => stop <= page().scrollTop + NEAR) + 1;
};

const turn = by => {
  const at = page().scrollTop, all = stops();
  const to = by > 0 ? all.find(stop => stop > at + NEAR) : all.findLast(stop => stop < at - NEAR);
  if (to === undefined) return false;
  page().scrollTop = to;
  return true;
};

const begin = () => {
  const sign = document.createElement('div');
  sign.id = 'stage-screen';
  document.body.append(sign);
  const stage = {say: null, said: '', followed: false, at: '', turns: null};
  let step = '', before = '', brought = null, inView = 0;

  const heard = (event, by) => {
    if (!bar()) return;
    look();  // a step that came just now begins at its top
    if (!turn(by)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    look();
  };
  document.addEventListener('keydown', event => {
    const by = KEYS[event.key], on = event.composedPath()[0];
    if (!by || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || on.closest?.(TYPED_IN)) return;
    if (event.key.startsWith('Arrow') && on.closest?.(HAS_ARROWS)) return;
    heard(event, by);
  }, true);
  document.addEventListener('click', event => {
    if (event.target.closest?.('.st-key-stage_next button')) heard(event, 1);
    if (event.target.closest?.('.st-key-stage_previous button')) heard(event, -1);
  }, true);

  const look = () => {
    const there = bar() && page();
    const now = there ? bar().querySelector('p')?.textContent ?? '' : '';
    if (there && now !== step) page().scrollTop = 0;
    step = now;
    const more = there && lowest() > NEAR && page().scrollTop < lowest() - NEAR;
    sign.textContent = more ? '\\u25be' : '';
    sign.title = more ? 'There is more below: Page Down' : '';
  };

  const recordedRun = () => bar() && document.querySelector('[class*="st-key-stage_recorded_run_"]');
  // Again and again while what is below it is still drawn, until somebody turns the page: then it stays where it is.
  const bringRecorded = () => {
    const run = recordedRun();
    if (run !== brought) [brought, inView] = [run, 0];  // away and back between two looks: another one
    if (!run?.offsetHeight) {  // at other steps it is not displayed
      inView = 0;
      return;
    }
    if (inView >= SETTLED) return;
    const {top, bottom} = run.getBoundingClientRect();
    if (top >= 0 && bottom + RESULT <= seen()) inView += 1;
    else page().scrollTop += top - OVERLAP;
  };
  const stay = () => { if (recordedRun()?.offsetHeight) inView = SETTLED; };
  stage.stay = stay;
  for (const turned of ['wheel', 'touchstart', 'pointerdown', 'keydown']) document.addEventListener(turned, stay, true);

  const tell = () => {
    look();
    bringRecorded();
    if (!bar() || !stage.say || !stage.followed) return;
    const all = stops(), told = {at: stage.at, turns: stage.turns, screen: seenNow(all), screens: all.length};
    const words = JSON.stringify(told);
    if (words === before && words !== stage.said) {  // twice the same: the page has settled
      stage.said = words;
      stage.say('seen', told);
    }
    before = words;
  };
  document.addEventListener('scroll', look, true);
  window.addEventListener('resize', look);
  setInterval(tell, LOOK_MS);
  return stage;
};

export default function ({data, setStateValue}) {
  const stage = window.stageScreens ??= begin();
  const led = stage.turns !== null && stage.at === data.at && data.turns > stage.turns;
  if (!stage.say || data.followed !== stage.followed) stage.said = '';  // on another page, or anew: to be told again
  Object.assign(stage, {say: setStateValue, ...data});
  if (led) {
    stage.stay();
    page().scrollTop = stops()[data.screen - 1] ?? lowest();
  }
  return () => { stage.say = null; };
}
"""

SCREENS = st.components.v2.component("stage_screens", js=MARKS + SCRIPT, isolate_styles=False)


def lead_through_screens(projector: Projector, *, followed: bool) -> Screen | None:
    """Go to the screen that the second screen has turned to; which one the browser says is seen now.

    None until it has said so, which it does only while it is followed, and of what no such script says.
    """
    with st.container(key="stage_screens"):
        found = SCREENS(
            key="stage_screen_seen",
            data={
                "at": projector.at,
                "screen": projector.screen.number,
                "turns": projector.turns,
                "followed": followed,
            },
            on_seen_change=lambda: None,
        )
    return _checked(found.get("seen"))


def _checked(told: Any) -> Screen | None:
    """What a browser has sent may be anything."""
    if not isinstance(told, dict):
        return None
    at, *numbers = (told.get(name) for name in ("at", "screen", "screens", "turns"))
    if not isinstance(at, str) or any(type(each) is not int for each in numbers):
        return None
    number, of, turns = numbers
    return Screen(number, of, at, turns) if 1 <= number <= of else None
