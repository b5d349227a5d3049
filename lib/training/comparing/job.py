"""One run after another. Imports torch through the runs: worker only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from lib.errors import StopRequested, StudentError, is_out_of_memory
from lib.training.comparing.comparison import Comparison, OfRun, RunFailed
from lib.training.events import Checkpoint, Event, Finished
from lib.training.finetune import finetune
from lib.training.run import FineTuningRun


def compare(comparison: Comparison) -> Iterator[OfRun | RunFailed]:
    """Make every run that is left; one that fails leaves its sentence, and the next begins. A stop ends it at once."""
    for setting, seed in comparison.to_do():
        try:
            for event in _told_without_files(comparison.run_of(setting, seed)):
                yield OfRun(setting, seed, event)
        except StopRequested:
            return
        except StudentError as error:
            yield RunFailed(setting, seed, str(error))
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            why = f"The run ended with an unexpected error ({what}); start it again or change its settings"
            if is_out_of_memory(error):
                why = "The device ran out of memory; choose a smaller model, batch or method"
            yield RunFailed(setting, seed, why)


def _told_without_files(run: FineTuningRun) -> Iterator[Event]:
    """What a run tells, without the files of its adapter: of many runs their numbers are kept."""
    with closing(finetune(run)) as events:
        for event in events:
            if isinstance(event, Finished):
                yield replace(event, adapter=b"")
            elif not isinstance(event, Checkpoint):
                yield event
