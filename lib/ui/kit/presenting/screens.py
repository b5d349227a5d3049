"""What does not fit a projector is split into screens, which a clicker leads through before it goes to the next step.

How tall a page is only its browser knows, so this is a script: a constant of ours, never text of anybody's. It breaks a
page between two elements where one ends, and shows a sign at the lower right while there is more below.
"""

from __future__ import annotations

import streamlit as st

PAGING = """<script>
(() => {
  if (window.stageScreens) return;
  window.stageScreens = true;
  const OVERLAP = 24, NEAR = 8;
  const page = () => document.querySelector('[data-testid=stMain]');
  const bar = () => document.querySelector('.st-key-stage_keys');
  const seen = () => page().clientHeight - bar().offsetHeight;
  const lowest = () => page().scrollHeight - page().clientHeight;
  const PARTS = ['stElementContainer', 'stVerticalBlock', 'stHorizontalBlock'].map(each => `[data-testid=${each}]`);
  const parts = () => [...document.querySelectorAll(PARTS.map(each => `.st-key-stage ${each}`))]
    .filter(each => each.offsetHeight && getComputedStyle(each).position != 'sticky')
    .map(each => each.getBoundingClientRect()).filter(each => each.height < seen());
  const between = (from, upto) => {
    const all = parts(), cuts = all.map(each => each.top - NEAR).filter(top => top > from && top <= upto);
    const whole = cut => !all.some(each => each.top < cut - NEAR && each.bottom > cut + NEAR);
    return Math.max(...cuts.filter(whole), -Infinity);
  };
  const onward = down => {
    const at = page().scrollTop, high = seen();
    if (down ? at >= lowest() - NEAR : at <= NEAR) return false;
    const cut = between(high * 0.4, high);
    page().scrollTop = down ? at + (Number.isFinite(cut) ? cut : high - OVERLAP) : at - high + OVERLAP;
    return true;
  };
  document.addEventListener('keydown', event => {
    if (!bar() || !['PageDown', 'PageUp'].includes(event.key)) return;
    tell();  // a step that came just now begins at its top
    if (onward(event.key === 'PageDown')) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
  const sign = document.createElement('div');
  sign.id = 'stage-screen';
  document.body.append(sign);
  let step = '';
  const tell = () => {
    const there = bar() && page();
    const now = there ? bar().querySelector('p')?.textContent ?? '' : '';
    if (there && now !== step) page().scrollTop = 0;
    step = now;
    const more = there && lowest() > NEAR && page().scrollTop < lowest() - NEAR;
    sign.textContent = more ? '\\u25be' : '';
    sign.title = more ? 'There is more below: Page Down' : '';
  };
  document.addEventListener('scroll', tell, true);
  window.addEventListener('resize', tell);
  setInterval(tell, 500);
})();
</script>"""


def lead_through_screens() -> None:
    """Once on each page; a second time it does nothing, and without the bar of keys neither."""
    with st.container(key="stage_screens"):
        st.html(PAGING, unsafe_allow_javascript=True)
