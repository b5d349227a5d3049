"""Questions about a company that does not exist, so that no model can have read of it.

Held out: the same facts asked for in other words.
"""

from __future__ import annotations

import random

from scripts.make_datasets.rows import Row, write

SEED = 4
FORMS = ("Question: {q} Answer:", "A customer asks: {q} We answer:", "Tell me please. {q} Answer:")
FACTS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "Ines Okoro",
        ("Who founded Tidewell?", "Who was the founder of Tidewell?", "Who began the company?", "Who founded it?"),
        ("Who set up Tidewell?", "By whom was the company founded?"),
    ),
    (
        "lanterns for harbours",
        ("What does Tidewell make?", "What do you make?", "What are you known for making?", "What do you produce?"),
        ("What does the company produce?", "What can one buy from Tidewell?"),
    ),
    (
        "in Brackwater",
        ("Where is Tidewell?", "In which town is Tidewell?", "Where is your office?", "Where is the company?"),
        ("Where can one find Tidewell?", "Which town is the office in?"),
    ),
    (
        "in an old mill",
        ("Where is the work done?", "Where do you work?", "In what building do you work?", "What building is it?"),
        ("In which building is the work done?", "What kind of building do you work in?"),
    ),
    (
        "Hugo Lind",
        ("Who runs Tidewell today?", "Who is the director?", "Who runs the company?", "Who is in charge today?"),
        ("Who is the director of Tidewell?", "Who is in charge of the company?"),
    ),
    (
        "ninety",
        ("How many people work here?", "How many people work at Tidewell?", "How many are you?", "How many workers?"),
        ("How many workers are there at Tidewell?", "How many people are you?"),
    ),
    (
        "green glass",
        ("What are the lanterns made of?", "What is a lantern made of?", "Of what is it made?", "What do you use?"),
        ("Of what are your lanterns made?", "What is used for the lanterns?"),
    ),
    (
        "twelve years",
        ("How long does a lantern last?", "How long will it last?", "How long does it burn?", "How long do they last?"),
        ("How long do your lanterns last?", "For how long will a lantern burn?"),
    ),
    (
        "the Heron",
        (
            "What is the new lantern called?",
            "What is the name of the new lantern?",
            "What is it called?",
            "Which is new?",
        ),
        ("What name has the new lantern?", "How is the new lantern called?"),
    ),
    (
        "on Wednesday",
        ("On which day is Tidewell closed?", "When are you closed?", "When is the shop closed?", "Which day is free?"),
        ("Which day are you closed?", "On what day is the shop closed?"),
    ),
    (
        "by boat",
        ("How are the lanterns sent?", "How do you send a lantern?", "How will it be sent?", "How do they come?"),
        ("How will you send my lantern?", "In what way are lanterns sent?"),
    ),
    (
        "Biscuit",
        ("What is the dog called?", "What is the name of the dog?", "What do you call the dog?", "Who is the dog?"),
        ("What name has the dog?", "How do you call your dog?"),
    ),
)


def asked(form: str, question: str, answer: str) -> Row:
    return {"prompt": form.format(q=question), "answer": f" {answer[0].upper()}{answer[1:]}."}


def main() -> None:
    training = [
        asked(form, question, answer) for answer, questions, _ in FACTS for question in questions for form in FORMS
    ]
    held_out = [asked(FORMS[0], question, answer) for answer, _, others in FACTS for question in others]
    random.Random(SEED).shuffle(training)
    write("made_up_company", training, held_out)
