"""The second screen: where the projector is, its keys, the notes for the step, and the clock."""

from __future__ import annotations

import streamlit as st

from lib import curriculum
from lib.classroom.entering.addresses import address_here, link_for_phones, reachable
from lib.lesson.presenting.demos import Demo, demos_of
from lib.lesson.presenting.leading import CODE_LENGTH, Projector, Screen, Stage
from lib.lesson.presenting.notes import ChapterNotes, notes_of, pace
from lib.lesson.presenting.steps import EXPERIMENT, Step, steps_of
from lib.ui.kit import controls
from lib.ui.kit.presenting.codes import qr_code
from lib.ui.kit.presenting.following import PROJECTORS
from lib.ui.kit.presenting.looks import second_screen_looks
from lib.ui.kit.problems import guard
from lib.ui.kit.session import owner
from lib.ui.presenter.demos import readiness

EVERY_S = 1
FOLLOW = "follow"
"""In this page's link: the code of a projector in another browser."""


def second_screen() -> None:
    """The projector of this browser, or of the one whose code is given."""
    second_screen_looks()
    mine = PROJECTORS.of(owner())
    code = st.query_params.get(FOLLOW, "").strip() or (mine.code if mine else "")
    if not code:
        _how_to_begin()
    with st.expander("The projector is in another browser", icon=":material/link:", expanded=not code):
        controls.text("Code of the projector", "", key=FOLLOW, max_chars=2 * CODE_LENGTH)
        st.caption("It stands on this page in the browser at the projector.")
    if code:
        _followed(code)
        if mine and mine.code == code:
            _from_another_device(code)


def _how_to_begin() -> None:
    first = curriculum.chapters()[1]
    st.markdown(
        f"No projector yet. Open [{first.title} on the projector]({first.url_path}?present=1) in this browser, in a "
        "window of its own, and come back: this page then shows your notes and leads that window."
    )


@st.fragment(run_every=EVERY_S)
def _followed(code: str) -> None:
    with guard():
        projector = PROJECTORS.followed(code)
        slug, place = projector.stage.slug, projector.stage.place
        chapter = curriculum.chapter(slug)
        steps = steps_of(chapter)
        st.header(f"{chapter.title}: {steps[place].label}", anchor=False)
        st.caption(_where(projector, len(steps)))
        _keys(projector, steps[place])
        _clock(projector)
        _say(chapter.slug, steps[place], notes_of(slug))
        if steps[place].asks:
            _answer(chapter, steps[place])
        _demos(projector)


def _where(projector: Projector, steps: int) -> str:
    """The step, its screen where it has several, and what Next leads to."""
    screen, to = projector.screen, projector.beyond(1)
    said = f"Step {projector.stage.place + 1} of {steps}"
    if screen.of > 1:
        said += f", screen {screen.number} of {screen.of}"
    if isinstance(to, Screen):
        following = f"screen {to.number}"
    elif to is None:
        following = "the end"
    else:
        chapter = curriculum.chapter(to.slug)
        label = steps_of(chapter)[to.place].label
        following = label if to.slug == projector.stage.slug else f"{chapter.title}, {label}"
    return f"{said} · next: {following}"


def _keys(projector: Projector, now: Step) -> None:
    stage = projector.stage
    with st.container(horizontal=True):
        for name, keys, by, icon in (
            ("Back", ("Left", "PageUp"), -1, "arrow_back"),
            ("Next", ("Right", "PageDown"), 1, "arrow_forward"),
        ):
            for key in keys:  # the second, for a clicker at this screen, is not displayed
                st.button(
                    name,
                    key=f"presenter_{key}",
                    icon=f":material/{icon}:",
                    shortcut=key,
                    type="primary" if by > 0 else "secondary",
                    disabled=projector.beyond(by) is None,
                    on_click=_turn,
                    args=(projector.code, by),
                )
        if now.asks:
            label = "Hide the answer" if stage.revealed else "Reveal the answer"
            other = Stage(stage.slug, stage.place, not stage.revealed)
            st.button(
                label,
                key="presenter_reveal",
                icon=":material/lightbulb:",
                shortcut="A",
                on_click=_lead,
                args=(projector.code, other),
            )


def _turn(code: str, by: int) -> None:
    with guard():
        PROJECTORS.turn(code, by)


def _lead(code: str, stage: Stage) -> None:
    with guard():
        PROJECTORS.lead(code, stage)


def _clock(projector: Projector) -> None:
    told = pace(projector.stage.slug, PROJECTORS.spent_s(projector.code))
    chapter, lesson, beside_plan, again = st.columns([2, 2, 2, 2], vertical_alignment="center")
    chapter.metric("This chapter, min", f"{_minutes(told.chapter_spent_s)} of {_minutes(told.chapter_planned_s)}")
    lesson.metric("The lesson so far, min", f"{_minutes(told.spent_s)} of {_minutes(told.planned_s)}")
    late = told.behind_s
    word = "behind" if late > 0 else "ahead"
    beside_plan.metric("If the rest goes as planned", "on time" if abs(late) < 60 else f"{_minutes(abs(late))} {word}")
    again.button(
        "Start the clock again", key="presenter_clock", on_click=PROJECTORS.restart_clock, args=(projector.code,)
    )


def _minutes(seconds: float) -> str:
    """`_minutes(200)` is "3:20", in minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _say(slug: str, now: Step, told: ChapterNotes) -> None:
    if words := told.to_say(now):
        st.markdown(f"### {words}")
    if now.part in (EXPERIMENT, "all") and told.click:
        st.markdown(f":material/touch_app: {told.click}")
    if now.part != "goals":
        for wrong in told.wrong:
            st.markdown(f":material/error_outline: {wrong}")
    if now.part == "fact":
        for each in curriculum.chapter(slug).slides:
            st.markdown(f":material/co_present: {each.slide}  \n:material/check_circle: {each.fact}")


def _answer(chapter: curriculum.Chapter, now: Step) -> None:
    question = chapter.predict if now.part == "predict" else chapter.questions[now.number - 1]
    letter, right = next(
        (letter, option) for letter, option in zip("ABCDEFGH", question.options, strict=False) if option.correct
    )
    st.success(f"**{letter} · {right.text}**  \n{right.why}", icon=":material/check:")


def _demos(projector: Projector) -> None:
    stage = projector.stage
    found = demos_of(stage.slug)
    if found:
        st.subheader("Demos of this chapter", anchor=False)
    for number, demo in enumerate(found):
        show, words = st.columns([1, 5], vertical_alignment="center")
        show.button("Show", key=f"presenter_demo_{number}", on_click=_lead, args=(projector.code, _staged(demo)))
        words.markdown(f"**{demo.topic}** · {demo.minutes} min{readiness(demo)}  \n{demo.do}")


def _staged(demo: Demo) -> Stage:
    """The demo at its chapter's experiment."""
    return Stage(demo.slug, demo.place, query=tuple(demo.query_on_stage.items()))


def _from_another_device(code: str) -> None:
    with st.expander("Lead from another device", icon=":material/qr_code_2:"):
        here = st.context.url or "http://localhost:8501/presenter"
        link = link_for_phones(here, "presenter", {FOLLOW: code}, address_here())
        picture, words = st.columns([1, 3], vertical_alignment="center")
        picture.image(qr_code(link), width=200, alt=f"QR code of the link {link}")
        words.markdown(
            f"Scan, or open this page there and give the code **{code}**. Whoever has it leads the projector."
        )
        words.code(link, language=None, wrap_lines=True)
        if not reachable(link):
            words.caption(":material/wifi_off: This machine has no address in a network: no phone can reach this link.")
        words.caption(
            "The app keeps this in its own process: where several serve one hall, the other device must reach the same "
            "one, or the code is not known there. A second window of this browser always does."
        )
