"""Which experiment the room does together."""

from __future__ import annotations

from lib.classroom.records import Room
from lib.ui.classroom.experiments.dataset import starting_to_write
from lib.ui.classroom.experiments.ranking import starting_to_rank
from lib.ui.classroom.experiments.secret import starting_the_secret
from lib.ui.classroom.experiments.sweep import starting_a_sweep
from lib.ui.kit.controls import segmented

EXPERIMENTS = {
    "rank": ("Rank answers", starting_to_rank),
    "secret": ("Secret rule", starting_the_secret),
    "sweep": ("Sweep a grid", starting_a_sweep),
    "write": ("Write a dataset", starting_to_write),
}


def doing_together(room: Room) -> None:
    labels = {name: label for name, (label, _) in EXPERIMENTS.items()}
    chosen = segmented("What the room does", labels, "rank", key="room_experiment")
    EXPERIMENTS[chosen][1](room)
