"""Every finished run of a comparison as a row of a file: all it was set to, and all that the table shows. No torch."""

from __future__ import annotations

from collections.abc import Sequence

from lib.training.comparing.calculated import architecture_of, calculated
from lib.training.comparing.outcomes import Column, Outcome
from lib.training.methods.counting import trained_parameters

Row = dict[str, str | int | float | None]


def runs_as_rows(found: Sequence[Column]) -> list[Row]:
    return [
        {**_settings_of_run(column, outcome), **_what_it_learnt(outcome), **_what_it_cost(column, outcome)}
        for column in found
        for outcome in column.whole
    ]


def _settings_of_run(column: Column, outcome: Outcome) -> Row:
    """None where the run's method has no such setting."""
    run, method = column.setting.run, column.method

    def of(has: bool, value: str | float) -> str | float | None:
        return value if has else None

    return {
        "setting": column.setting.label,
        "model": run.model,
        "texts": run.own.title if run.own else run.dataset,
        "method": run.method,
        "seed": outcome.seed,
        "steps_planned": of(method.trains, run.steps),
        "steps": outcome.step,
        "batch_size": of(method.trains, run.batch_size),
        "learning_rate": of(method.trains, run.learning_rate),
        "lr_scheduler_type": of(method.trains, run.lr_scheduler_type),
        "warmup_steps": of(method.trains, run.warmup_steps),
        "loss_on": run.loss_on,
        "rank": of(method.lora, run.rank),
        "lora_alpha": of(method.lora and method.scaling != "1", run.lora_alpha),
        "target_modules": of(method.lora, " ".join(run.target_modules)),
        "lora_dropout": of(method.lora, run.lora_dropout),
        "layers": of(method.lora, " ".join(map(str, run.layers)) or "all"),
        "virtual_tokens": of("virtual_tokens" in method.knobs, run.virtual_tokens),
        "bottleneck": of("bottleneck" in method.knobs, run.bottleneck),
        "examples": of("examples" in method.knobs, run.examples),
        "base_held_in": outcome.finished.card.precision,
        "others_held_in": outcome.cost.kept_in,
    }


def _what_it_learnt(outcome: Outcome) -> Row:
    before, after = outcome.forgotten.before, outcome.forgotten.after
    return {
        "held_out_loss": outcome.loss,
        "base_held_out_loss": outcome.forgotten.base_loss,
        "learnt_nats_per_token": outcome.learnt,
        "book_perplexity_before": before.book_perplexity,
        "book_perplexity_after": after.book_perplexity,
        "forgot_nats_per_token": outcome.forgot,
        "facts_known_before": before.facts_known if before.facts else None,
        "facts_known_after": after.facts_known if after.facts else None,
    }


def _what_it_cost(column: Column, outcome: Outcome) -> Row:
    """What was measured, each beside what the memory calculator says by formula."""
    run, cost = column.setting.run, outcome.cost
    states = calculated(run, cost.kept_in)
    return {
        "trained_parameters": cost.trainable,
        "trained_parameters_by_formula": trained_parameters(run, architecture_of(run.model)),
        "weights_bytes": cost.weights_bytes,
        "weights_bytes_calculated": round(states.weights),
        "gradients_bytes": cost.gradients_bytes,
        "gradients_bytes_calculated": round(states.gradients),
        "optimizer_bytes": cost.optimizer_bytes,
        "optimizer_bytes_calculated": round(states.optimizer),
        "files_bytes": cost.files_bytes,
        "seconds": cost.seconds,
    }
