"""The pages of a room as instructors, students and hostile links use them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import streamlit

from lib import curriculum
from lib.charts.classroom.votes import LETTERS
from lib.classroom import answers, members, questions, rooms
from lib.classroom.entering import limits
from lib.classroom.errors import RoomsUnreachable
from lib.classroom.experiments import ranking, secret, sweep
from lib.classroom.experiments.sweep import CellState
from lib.classroom.records import Stage
from lib.classroom.storage import patience
from lib.classroom.storage.database import NO_ANSWER, database
from lib.classroom.storage.tables import questions as question_table
from lib.engine import JobState, JobView
from lib.training.averaging.run import Averaging
from lib.training.comparing.grid import GRIDS, CellDone
from lib.ui.alignment import hacking
from lib.ui.classroom import standing
from lib.ui.classroom.experiments import dataset
from lib.ui.classroom.experiments import secret as secret_ui
from lib.ui.classroom.experiments import sweep as sweep_ui
from lib.ui.classroom.question import PEEK_S
from lib.ui.classroom.watching import PROJECTOR_S, UNREACHABLE_S
from lib.ui.kit import jobs
from lib.ui.kit.server.calling import CONNECTED_S
from tests.pages.conftest import button, open_chapter, press
from tests.unit.classroom.postgresql import postgresql
from tests.unit.classroom.room import browser
from tests.waiting import wait_until

PROJECTED_PIXELS = 9
"""The width of a letter in a chart on a projector."""
PART_CHARACTERS = question_table.c.part.type.length


@pytest.fixture(autouse=True)
def fresh_limits():
    for limit in (limits.ANSWERING, limits.ENTERING, limits.OPENING):
        limit.forget()


def text(app) -> str:
    headings = (*app.title, *app.header, *app.subheader)
    shown = (*headings, *app.markdown, *app.caption, *app.info, *app.success, *app.warning)
    return " ".join(each.value for each in shown)


def joined(code: str, name: str = "Kopi Peng"):
    app = open_chapter("join", code=code)
    app.text_input(key="room_name").set_value(name)
    return press(app, "Join")


@pytest.fixture
def led():
    """An instructor's page with an open room, and its code."""
    app = press(open_chapter("room"), "Open a room")
    return app, app.title[0].value.split()[-1]


@pytest.mark.parametrize("code", ["", "ABC", "<script>", "ZZZZZ", "A" * 12, "';--", "ЖЖЖЖЖ"])
def test_a_code_that_is_none_is_one_sentence_and_stays_typed(code):
    app = open_chapter("join", code=code)
    press(app, "Join")
    assert len(app.error) == 1
    assert app.text_input(key="code").value == code


def test_a_name_that_comes_with_the_tap_on_join_is_the_student_s(led):
    app = open_chapter("join", code=led[1])
    app.text_input(key="room_name").set_value("Kopi Peng")
    assert "Kopi Peng" in text(press(app, "Join"))


def test_what_forty_type_runs_no_page_before_it_is_sent(led):
    app, code = led
    joining, student = open_chapter("join", code=code), joined(code)
    questions.ask_in_words(database(), code, app.session_state["owner"], "What surprised you?")
    student.run()
    typed_into = [*joining.text_input, *joining.text_area, *student.text_input, *student.text_area]
    assert [each.label for each in typed_into] == ["Code of the room", "Your name here", "Your words"]
    assert all(each.form_id for each in typed_into)


def test_a_wrong_key_is_one_sentence(led):
    _, code = led
    app = open_chapter("room")
    app.text_input(key="lead_code").set_value(code)
    app.text_input(key="lead_key").set_value("not the key")
    press(app, "Lead it from here too")
    assert [each.value for each in app.error] == ["That is not the key of this room; the room's instructor has it."]
    assert app.title[0].value == "Open a room"


def test_script_in_a_name_is_shown_as_it_is(led):
    app = joined(led[1], "<img src=x onerror=a>")
    assert r"\<img src=x onerror=a\>" in text(app)
    assert "<img" not in text(app).replace(r"\<img", "")


def test_a_question_from_putting_it_to_its_flows(led):
    app, code = led
    student = joined(code, "One")
    others = [browser() for _ in range(2)]
    for each in others:
        members.join(database(), code, each, "Other")

    press(app, "Put the first question")
    app.button(key="ask_next_token_check_1").click().run()
    assert "Nobody sees the answers yet" in text(app)

    student.run()
    press(student, "B · 8 bits")
    assert "Your answer is in" in text(student)
    for each, choice in zip(others, (0, 1), strict=True):
        answers.answer(database(), code, each, 1, choice)
    press(app, "Argue, then vote again")
    student.run()
    assert "You said **B · 8 bits**" in text(student)
    press(app, "Vote again")
    student.run()
    press(student, "A · 3 bits")
    for each, choice in zip(others, (0, 1), strict=True):
        answers.answer(database(), code, each, 1, choice)
    press(app, "Show the answers")
    assert "Most votes went to A: 2 of 3, and it is right. Of the 3 who answered both times, 1 changed" in text(app)
    charts = app.get("plotly_chart")
    assert len(charts) == 2
    student.run()
    assert "You have **1 of 1** right so far" in text(student)
    assert "Other" not in text(app)


def test_a_question_can_be_asked_afresh(led):
    app, code = led
    joined(code)
    press(app, "Put the first question")
    app.button(key="ask_next_token_predict").click().run()
    press(app, "Show the answers")
    assert any("Nobody has answered" in each.value for each in app.info)
    press(app, "Forget all answers and ask afresh")
    assert questions.current(database(), code).stage is Stage.VOTING


def test_the_experiment_begins_with_the_room_s_choice(led):
    app, code = led
    students = [joined(code, f"S {number}") for number in range(3)]
    press(app, "Put the first question")
    app.selectbox(key="room_chapter").set_value("kv_cache").run()
    press(app, "Let the room choose")
    for student, choice in zip(students, (3, 3, 0), strict=True):
        student.run()
        press(student, student.button[choice].label)
    press(app, "Show the answers")
    assert "Most votes went to D: 2 of 3." in text(app)
    (link,) = [each.proto for each in app.get("page_link") if "room's choice first" in each.proto.label]
    assert link.label.endswith(": 256")
    assert link.query_string == "kv_users=256"
    students[0].run()
    assert "No answer is right or wrong here" in text(students[0])
    assert "right so far" not in text(students[0])


def test_words_are_let_through_by_the_instructor(led):
    app, code = led
    press(app, "Put the first question")
    app.text_input(key="own_question").set_value("What *surprised* you?")
    press(app, "Ask it")
    student = joined(code)
    student.text_area[0].set_value("<b>the loss</b>")
    press(student, "Send")
    app.session_state["room_view"] = "words"
    app.run()
    assert r"\<b\>the loss\</b\>" in text(app)
    press(app, "Let through")
    app.session_state["room_view"] = "show"
    app.run()
    assert "the loss" not in text(app)
    press(app, "Show the answers")
    assert r"“\<b\>the loss\</b\>”" in text(app)
    student.run()
    assert r"\<b\>the loss\</b\>" in text(student)


def test_words_that_nobody_has_read_are_not_on_a_projector(led):
    app, code = led
    asked = questions.ask_in_words(database(), code, app.session_state["owner"], "What surprised you?")
    student = browser()
    members.join(database(), code, student, "S")
    answers.answer_in_words(database(), code, student, asked.number, "something rude")
    app.session_state["room_view"] = "words"
    app.run()
    assert "something rude" in text(app)
    app.query_params["present"] = "1"
    app.run()
    assert "something rude" not in text(app)
    app.toggle(key="read_on_projector").set_value(True).run()
    assert "something rude" in text(app)


def test_the_worst_text_with_the_highest_score(led):
    app, code = led
    press(app, "Put the first question")
    press(app, "Let them write")
    student = joined(code)
    student.text_area[0].set_value("tea of cup warm a drinking am I that say to happy very am I")
    press(student, "Send")
    (said,) = answers.words(database(), code, 1, browser=app.session_state["owner"])
    answers.let_through(database(), code, app.session_state["owner"], said.number, True)
    app.run()
    press(app, "Show the answers")
    student.run()
    for page in (app, student):
        (table,) = page.dataframe
        assert list(table.value["ROUGE-1 F1"]) == [1.0]
        assert "blind to the order of words" in text(page)


def test_the_room_is_taken_home_and_deleted(led):
    app, code = led
    instructor = app.session_state["owner"]
    questions.ask(database(), code, instructor, "next_token", "predict")
    student = joined(code)
    press(student, student.button[0].label)
    app.session_state["room_view"] = "end"
    app.run()
    assert "1 students" not in text(app)
    assert "1 answer" in text(app)
    assert len(app.get("download_button")) == 3
    press(app, "Delete the room and everything in it")
    assert app.title[0].value == "Open a room"
    student.run()
    assert student.title[0].value == "Join a room"
    assert rooms.led_by(database(), instructor) is None


def test_the_room_ranks_and_a_reward_model_learns_its_taste(led):
    app, code = led
    app.session_state["room_view"] = "do"
    app.run()
    press(app, "Let the room rank")
    student = joined(code)
    press(student, "Send my ranking")
    assert "a place from 1 to 4" in student.error[0].value
    for at, place in enumerate((2, 1, 3, 3)):
        student.button_group[at].set_value(place)
    press(student, "Send my ranking")
    assert "Your ranking is in: **B > A > C = D**" in text(student)
    other = browser()
    members.join(database(), code, other, "Other")
    ranking.give_ranking(database(), code, other, questions.current(database(), code), (1, 2, 3, 3))
    app.run()
    assert "They agree on 83% of the pairs so far" in text(app), text(app)
    assert not app.get("plotly_chart")
    press(app, "Show the answers")
    assert "most divided on **A or B**" in text(app)
    assert "(0.83 - " in text(app)
    student.run()
    assert len(student.get("plotly_chart")) == 1

    press(app, "Next prompt")
    student.run()
    press(student, "None is good")
    assert "Your ranking is in: **none is good**" in text(student)
    ranking.give_ranking(database(), code, other, questions.current(database(), code), (1, 2, 3, 4))
    app.run()
    press(app, "Show the answers")
    (link,) = [each.proto for each in app.get("page_link") if "reward model" in each.proto.label]
    assert "the room's 4 rankings" in link.label

    reward = open_chapter("reward_model", al_model="Answers by SmolLM2")
    reward.session_state["owner"] = app.session_state["owner"]
    reward.run()
    reward.button_group(key="al_whose").set_value("room").run()
    assert "without names" in text(reward)
    assert not reward.exception


def test_a_setting_that_the_room_has_chosen_starts_its_experiment(led, monkeypatch):
    app, code = led
    asked = questions.ask_for_setting(database(), code, app.session_state["owner"], "beta")
    student = browser()
    members.join(database(), code, student, "One")
    answers.answer(database(), code, student, asked.number, 1)
    app.run()
    press(app, "Show the answers")
    queued = []
    monkeypatch.setattr(hacking, "queue_policy", lambda *of: queued.append(of))
    button(app, "Start with the room's choice: β = 0.05").click().run()
    assert not app.exception
    assert [run.beta for _, run in queued] == [0.05]
    app.run()
    assert len(queued) == 1


def voted(led, slug: str, *choices: int):
    """The instructor's page once this many students have answered the chapter's first question and it is shown."""
    app, code = led
    asked = questions.ask(database(), code, app.session_state["owner"], slug, "predict")
    for choice in choices:
        student = browser()
        members.join(database(), code, student, "S")
        answers.answer(database(), code, student, asked.number, choice)
    app.run()
    return press(app, "Show the answers")


def links_to_try(app) -> dict[str, str]:
    """Query of each link to an experiment, by its label."""
    links = [each.proto for each in app.get("page_link")]
    return {each.label: each.query_string for each in links if each.icon == ":material/science:"}


@pytest.mark.parametrize(
    ("slug", "choices", "links"),
    [
        (
            "unsloth",
            (1, 1, 0),
            {"choice first: The logits": "un_view=What+it+changes&un_model=Llama-3.1-8B&un_tokens=8%2C192"},
        ),
        (
            "ways_of_training",
            (0, 2),
            {
                "choice first: Full fine-tuning": "wt_way=Fine-tuning",
                "choice first: Quantization": "wt_way=Quantization",
            },
        ),
        ("number_formats", (2,), {"Now try it: Number formats": ""}),
        ("quiz", (0, 0), {"Now try it: Quiz across the course": ""}),
    ],
)
def test_what_most_of_the_room_said_is_opened_first_where_it_is_a_setting(led, slug, choices, links):
    found = links_to_try(voted(led, slug, *choices))
    assert len(found) == len(links)
    for (label, query), (in_label, in_query) in zip(found.items(), links.items(), strict=True):
        assert in_label in label
        assert in_query in query


@pytest.mark.parametrize(("slug", "kind", "choice"), [("next_token", "next-token", 2), ("policy", "best-of-n", 1)])
def test_what_most_of_the_room_said_starts_its_experiment(led, monkeypatch, slug, kind, choice):
    app = voted(led, slug, choice)
    queued = []
    monkeypatch.setattr(jobs, "submit", lambda kind, *_, **__: queued.append(kind))
    press(app, f"Start with the room's choice: {curriculum.chapter(slug).predict.options[choice].text}")
    app.run()
    assert queued == [kind]


def test_a_phone_asks_nothing_by_itself_and_a_projector_only_while_a_vote_is_open(led, monkeypatch):
    app, code = led
    timers = []
    really = streamlit.fragment

    def fragment(run_every):
        timers.append(run_every)
        return really(run_every=run_every)

    monkeypatch.setattr(streamlit, "fragment", fragment)
    instructor = app.session_state["owner"]
    student = joined(code)
    for act in (
        lambda: None,
        lambda: questions.ask(database(), code, instructor, "next_token", "predict"),
        lambda: questions.move(database(), code, instructor, 1, Stage.ARGUING),
        lambda: questions.move(database(), code, instructor, 1, Stage.VOTING_AGAIN),
        lambda: questions.move(database(), code, instructor, 1, Stage.SHOWN),
    ):
        act()
        asked = questions.current(database(), code)
        timers.clear()
        student.run()
        assert timers == [CONNECTED_S]
        timers.clear()
        app.run()
        often = [every_s for every_s in timers if every_s != CONNECTED_S]
        assert often == ([PROJECTOR_S, PEEK_S] if asked and asked.stage.is_open else [])
    assert 1 <= PROJECTOR_S <= PEEK_S
    assert CONNECTED_S >= 600


def test_a_page_whose_room_does_not_answer_comes_back_by_itself(led, monkeypatch):
    app, code = led
    student = joined(code)
    timers = []
    really = streamlit.fragment

    def fragment(run_every):
        timers.append(run_every)
        return really(run_every=run_every)

    def away(*_):
        raise RoomsUnreachable("The place where rooms are kept does not answer; nothing is lost.")

    with monkeypatch.context() as patch:
        patch.setattr(streamlit, "fragment", fragment)
        patch.setattr(database().__class__, "reading", away)
        for screen in (student, app):
            timers.clear()
            screen.run()
            assert "nothing is lost" in screen.error[0].value
            assert timers == [UNREACHABLE_S]
    for screen in (student, app):
        screen.run()
        assert screen.title[0].value == f"Room {code}"
        assert not screen.error


def test_every_page_of_a_room_comes_back_while_its_database_hangs_and_nothing_is_lost(monkeypatch):
    monkeypatch.setattr(patience, "CONNECT_S", 2)
    with postgresql() as server:
        monkeypatch.setenv("DATABASE_URL", server.url)
        app = press(open_chapter("room"), "Open a room")
        code = app.title[0].value.split()[-1]
        student, late = joined(code), open_chapter("join", code=code)
        asked = questions.ask(database(), code, app.session_state["owner"], "next_token", "check_1")
        student.run()
        press(student, "A · 3 bits")
        screens = (app, student, late, open_chapter("room"))
        with monkeypatch.context() as patch, server.held():
            patch.setattr(patience, "ANSWER_S", 0.5)
            for screen in screens:
                screen.run()
                assert not screen.exception
                assert {each.value for each in screen.error} == {NO_ANSWER}
            press(late, "Join")
            assert {each.value for each in late.error} == {NO_ANSWER}
        for screen in screens:
            rerun_until_well(screen)
        assert answers.own_answer(database(), code, student.session_state["owner"], asked.number) == (0, None)
        press(student, "B · 8 bits")
        press(late, "Join")
        press(app, "Show the answers")
        assert answers.tally(database(), code, asked.number).first == (0, 1, 0)
        database().close()


def rerun_until_well(screen) -> None:
    """As its own timer would."""

    def is_well() -> bool:
        screen.run()
        return not screen.error

    wait_until(is_well, "the room again")


@pytest.mark.parametrize("screen", ["phone", "projector"])
def test_a_screen_hears_what_the_instructor_does_in_another_browser(led, monkeypatch, screen):
    app, code = led
    seen = []
    instructor = app.session_state["owner"]
    shown = joined(code) if screen == "phone" else app
    monkeypatch.setattr(standing, "call_when_changed", lambda *of: seen.append(of))

    for act in (
        lambda: questions.ask(database(), code, instructor, "next_token", "predict"),
        lambda: questions.reset(database(), code, instructor, 1),
        lambda: questions.move(database(), code, instructor, 2, Stage.SHOWN),
        lambda: questions.move(database(), code, instructor, 2, Stage.PUT_AWAY),
    ):
        shown.run()
        _, look, drawn = seen[-1]
        assert look() == drawn
        act()
        assert look() != drawn  # so the page is drawn anew


def test_a_phone_whose_answer_was_forgotten_says_so(led):
    app, code = led
    student = joined(code)
    questions.ask(database(), code, app.session_state["owner"], "next_token", "predict")
    student.run()
    press(student, student.button[0].label)
    assert "Your answer is in" in text(student)
    app.run()
    press(app, "Forget all answers and ask afresh")
    student.run()
    assert "Tap an answer" in text(student)
    assert "Your answer is in" not in text(student)


@pytest.mark.parametrize("slug", [each.slug for each in curriculum.chapters()])
def test_every_question_of_every_chapter_can_be_put_to_a_room(slug):
    parts = questions.parts_of(slug)
    assert parts
    for part, question in parts.items():
        assert len(part) <= PART_CHARACTERS
        assert len(question.options) <= len(LETTERS)
        assert sum(option.correct for option in question.options) == 1


def test_the_room_writes_a_dataset_and_only_what_is_let_through_is_trained_on(led, monkeypatch):
    app, code = led
    app.session_state["room_view"] = "do"
    app.run()
    app.button_group(key="room_experiment").set_value("write").run()
    press(app, "Let them write")
    asked = questions.current(database(), code)
    for number in range(6):
        student = browser()
        members.join(database(), code, student, "S")
        answers.answer_in_words(database(), code, student, asked.number, f"One kopi number {number}, please")
    app.session_state["room_view"] = "words"
    app.run()
    press(app, "I have read them: let all through")
    app.button(key=next(each.key for each in app.button if each.label == "Hide")).click().run()
    app.session_state["room_view"] = "show"
    app.run()
    press(app, "Show the answers")
    queued = []
    monkeypatch.setattr(dataset, "_queue_averaging", queued.append)
    app.run()
    press(app, "Train on the room's sentences")
    assert sorted(queued[0].texts) == [f"One kopi number {number}, please" for number in range(1, 6)]
    assert "1 of 5 sentences are held out" in text(app)


def test_a_result_stands_under_the_question_it_belongs_to_and_says_what_it_was_trained_on(led, monkeypatch):
    app, code = led
    instructor = app.session_state["owner"]
    texts = [f"One kopi number {number}, please" for number in range(6)]
    for question in ("Order a kopi", "Order a teh"):
        asked = questions.ask_in_words(database(), code, instructor, question, "dataset")
        for each in texts:
            student = browser()
            members.join(database(), code, student, "S")
            answers.answer_in_words(database(), code, student, asked.number, each)
        answers.let_all_through(database(), code, instructor, asked.number)
        questions.move(database(), code, instructor, asked.number, Stage.SHOWN)
    ran = JobView("1", dataset.KIND, JobState.DONE, (), 0, 0.0, 1.0, None, Averaging(tuple(texts), of=f"{code} 2"))
    monkeypatch.setattr(jobs, "current", lambda kind: ran if kind == dataset.KIND else None)
    drawn = []
    monkeypatch.setattr(dataset, "_show_averaging", drawn.append)
    app.run()
    assert len(drawn) == 1
    assert "Below: trained on" not in text(app)
    first = answers.words(database(), code, 2)[0]
    answers.let_through(database(), code, instructor, first.number, False)
    app.run()
    assert "Below: trained on the 6 sentences let through then" in text(app)
    ran = replace(ran, argument=Averaging(tuple(texts), of=f"{code} 1"))
    drawn.clear()
    app.run()
    assert not drawn


def test_a_dataset_of_too_few_sentences_is_one_sentence(led):
    app, code = led
    questions.ask_in_words(database(), code, app.session_state["owner"], "Write a sentence", "dataset")
    app.run()
    press(app, "Show the answers")
    assert len(app.error) == 1
    assert "at least 5 are needed" in app.error[0].value
    assert button(app, "Train on the room's sentences").disabled


def test_a_phone_is_dealt_a_cell_and_starts_it_once(led, monkeypatch):
    app, code = led
    app.session_state["room_view"] = "do"
    app.run()
    app.button_group(key="room_experiment").set_value("sweep").run()
    press(app, "Deal the cells")
    assert "**0 of 12** runs are over" in " ".join(str(each.proto) for each in app.get("progress"))
    queued = []
    monkeypatch.setattr(sweep_ui, "_queue_cells", lambda *of: queued.append(of))
    student = joined(code)
    assert "Your cell: **rank" in text(student)
    press(student, "Start")
    _, runs, its_code, number = queued[0]
    assert (len(runs.cells), its_code) == (1, code)
    press(app, "Start the cells that nobody has started")
    assert len(queued[1][1].cells) == 11
    sweep.keep_result(database(), code, number, CellDone(runs.cells[0][0], 3.0, 2.0, 0.25))
    student.run()
    assert "Held-out loss **2.00** nats per token (base model 3.00): place 1 of 1" in student.success[0].value
    app.run()
    assert len(app.get("plotly_chart")) == 2
    first = runs.cells[0]
    best = f"**Rank {first[1]}, learning rate {first[2]:g}** has the lowest held-out loss"
    assert f"{best} so far: **2.00**" in text(app)
    assert "lora_alpha is 2 × rank in every cell" in text(app)
    beside = json.loads(app.get("plotly_chart")[1].proto.spec)["layout"]
    assert PROJECTED_PIXELS * len(beside["yaxis"]["title"]["text"]) < beside["height"] - 40, "it runs into the title"
    press(app, "Start the cells that nobody has started")
    assert "Every cell has been started" in app.toast[0].value
    for cell, _, _ in queued[1][1].cells:
        sweep.keep_result(database(), code, number, CellDone(cell, 3.0, 2.5, 0.1))
    app.run()
    assert f"{best}: **2.00**" in text(app)
    student.run()
    assert "place 1 of 12. Of the book it forgot 0.25" in student.success[0].value
    assert not [each for each in app.button if each.label.startswith("Start the cells")]


def test_a_sweep_that_is_closed_says_of_a_run_that_goes_that_it_counts(led):
    app, code = led
    instructor = app.session_state["owner"]
    sweep.open_sweep(database(), code, instructor, "12")
    running, waiting = joined(code, "One"), joined(code, "Two")
    runs = sweep.start_own_cell(database(), code, running.session_state["owner"], 1)
    questions.move(database(), code, instructor, 1, Stage.SHOWN)
    late = joined(code, "Three")
    for each in (running, waiting):
        each.run()
    assert "your run still counts" in text(running)
    assert "your cell was not run" in text(waiting)
    assert "you had no cell" in text(late)
    assert not [each for phone in (running, waiting, late) for each in phone.button if each.label == "Start"]
    sweep.keep_result(database(), code, 1, CellDone(runs.cells[0][0], 3.0, 2.0, 0.25))
    app.run()
    assert "has the lowest held-out loss so far: **2.00**" in text(app)


@pytest.mark.parametrize(("failing", "explained"), [([11], True), ([8, 11], True), ([2, 5, 8, 11], False)])
def test_a_rate_that_a_high_rank_does_not_bear_is_explained_where_a_lower_one_learnt_with_it(failing, explained):
    cells = []
    for number, (rank, rate) in enumerate(GRIDS["12"].cells):
        bad = number in failing
        done = CellDone(number, problem="It diverged") if bad else CellDone(number, 3.0, 2.0 + number / 100, 0.1)
        cells.append(sweep.Cell(number, rank, rate, CellState.FAILED if bad else CellState.DONE, done))
    words = sweep_ui.in_words_of(sweep.Sweep(GRIDS["12"], tuple(cells)))
    assert "rank 64, learning rate 0.02" in words.partition("Ended in a problem (✕): ")[2]
    assert (f"With the same rate rank {(1, 4, 16, 64)[failing[0] // 3 - 1]} still learnt" in words) == explained
    assert ("overshoots" in words) == explained


def test_the_room_plays_the_secret_rule(led, monkeypatch):
    app, code = led
    voter, guesser = joined(code, "One"), joined(code, "Two")
    app.session_state["room_view"] = "do"
    app.run()
    app.button_group(key="room_experiment").set_value("secret").run()
    press(app, "Hide a rule and let them vote")
    asked = questions.current(database(), code)
    title = secret.rule_of(asked).title
    for each in (voter, guesser):
        each.run()
        assert not each.exception
    assert title in text(voter)
    assert title not in text(guesser) + text(app)
    press(voter, "Send my votes")
    assert "1, 2, or no difference" in voter.error[0].value  # as the phone has them
    for control in voter.button_group:
        control.set_value("L")
    press(voter, "Send my votes")
    assert "Your votes are in" in voter.success[0].value
    played = []
    monkeypatch.setattr(jobs, "submit", lambda *of, **_: played.append(of[2]))
    press(app, "Close the votes and tune the model")
    assert len(played[0].pairs) == secret.VOTES
    press(app, "Let the others guess")
    guesser.run()
    press(guesser, next(each.label for each in guesser.button if title in each.label))
    press(app, "Show the answers")
    assert "1 of 1 guessed it" in text(app)
    voter.run()
    assert not voter.exception
    guesser.run()
    (chart,) = guesser.get("plotly_chart")
    assert "1 of 1 right" in chart.proto.spec
    assert "arguing" not in chart.proto.spec  # nobody was asked before
    assert "right so far" not in text(guesser)


def test_a_queue_that_takes_no_run_leaves_the_votes_of_the_secret_rule_open(led, monkeypatch):
    app, code = led
    instructor = app.session_state["owner"]
    voter = joined(code, "One")
    joined(code, "Two")
    asked = secret.open_secret(database(), code, instructor, secret.rules_to_hide()[0])
    secret.cast_votes(database(), code, voter.session_state["owner"], asked, ["L"] * secret.VOTES)

    def submit(kind, *_, **__):
        secret_ui.st.session_state[f"{kind}:problem"] = "The queue is full."

    monkeypatch.setattr(jobs, "submit", submit)
    app.run()
    press(app, "Close the votes and tune the model")
    assert [each.value for each in app.error] == ["The queue is full."]
    assert questions.current(database(), code).stage is Stage.VOTING
