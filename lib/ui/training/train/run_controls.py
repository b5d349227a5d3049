"""The controls of a LoRA run."""

from __future__ import annotations

import streamlit as st

from lib.charts.training import watch
from lib.errors import StudentError
from lib.models.catalogue import BUNDLED
from lib.training.rates import LEARNING_RATES
from lib.training.run import TARGETS, FineTuningRun, usual_ask_every, usual_learning_rate, usual_steps
from lib.training.texts import datasets
from lib.training.texts.datasets import load_dataset
from lib.ui.kit import controls
from lib.ui.kit.problems import problem
from lib.ui.models.choice import choose_model, own_of

KOPI = "kopi_orders"
RANKS = [1, 2, 4, 8, 16, 32, 64]
LOSS_ON_TITLES = {"answer": "the answer only", "text": "the whole text"}
SCHEDULE_TITLES = {"constant": "stays", "linear": "falls linearly", "cosine": "falls as a cosine"}
HELD_IN: dict[str, tuple[str, dict[str, str]]] = {
    "usual": ("as usual here", {}),
    "fp32": ("fp32", {"base_in": "fp32"}),
    "bf16": ("bf16", {"base_in": "bf16"}),
    "int8": ("int8", {"method": "qlora_int8"}),
    "nf4": ("nf4 (QLoRA)", {"method": "qlora_nf4"}),
}
"""What the frozen base may be held in: what the control says of it, and what it is of a run."""
HELD_IN_HELP = (
    "The weights that are not trained: 4 bytes each in fp32, 2 in bf16, about 1 in int8 and about half a byte in nf4. "
    "The adapter, its gradients and AdamW's two moments are fp32 whatever is chosen. As usual: fp32, and bf16 for a "
    "large model where the hardware multiplies bf16 itself. Another processor takes many times as long in bf16."
)


def run_controls() -> FineTuningRun | None:
    """The controls; None (and what is wrong) if they make no run."""
    model = choose_model()
    dataset = controls.select("Texts", datasets.catalogue(), KOPI, key="texts")
    data = load_dataset(dataset)
    st.caption(data.about)
    mine, these = _of_model_and_texts(model, dataset)
    learning_rate = controls.pick(
        "Learning rate",
        list(LEARNING_RATES),
        usual_learning_rate(model, dataset),
        key=f"lr{mine}{these}",
        format_func=lambda rate: f"{rate:g}",
        help="A model this small takes large steps. QLoRA (Dettmers et al. 2023, appendix B) used 2e-4 at 7B and 13B, "
        "1e-4 at 33B and 65B.",
    )
    rank = controls.pick("Rank r", RANKS, 8, key="rank")
    steps = controls.slider("Steps", 5, 300, usual_steps(model, dataset), key=f"steps{mine}{these}", step=5)
    usual = "The queen said" if model == BUNDLED else "The capital of France is"
    prompt = controls.text("A prompt of your own", usual, key=f"prompt{mine}", max_chars=300)
    with st.expander("More", icon=":material/tune:"):
        lora_alpha = controls.slider("lora_alpha", 1, 128, 16, key="alpha")
        batch_size = controls.slider("Texts in a batch", 1, 32, 4, key="batch")
        schedule = controls.segmented("Learning rate after its peak", SCHEDULE_TITLES, "linear", key="schedule")
        warmup = controls.slider("Warm-up (steps)", 0, 50, 0, key="warmup")
        drawn = st.container()
        ask_every = controls.slider(
            "Ask the prompts every … steps",
            0,
            50,
            usual_ask_every(model),
            key=f"ask{mine}",
            help="0 asks before and after only. An answer takes about as long as a step or two.",
        )
        targets = controls.select("Adapters on", list(TARGETS), "All linear layers", key="targets")
        titles = {name: title for name, (title, _) in HELD_IN.items()}
        held_in = controls.segmented("Frozen base held in", titles, "usual", key="held_in", help=HELD_IN_HELP)
        seed = controls.number("Seed", 0, 1_000_000, 0, key="seed")
        loss_on = "text"
        if data.has_answers:
            loss_on = controls.segmented("Loss on", LOSS_ON_TITLES, "answer", key="loss_on")
    try:
        run = FineTuningRun(
            rank=rank,
            lora_alpha=lora_alpha,
            learning_rate=learning_rate,
            lr_scheduler_type=schedule,
            warmup_steps=warmup,
            steps=steps,
            batch_size=batch_size,
            target_modules=TARGETS[targets],
            seed=seed,
            dataset=dataset,
            loss_on=loss_on,
            model=model,
            **HELD_IN[held_in][1],
            ask_every=ask_every,
            prompts=(prompt.strip(),) if prompt.strip() else (),
        )
    except StudentError as error:
        problem(error)
        return None
    with drawn:
        st.plotly_chart(watch.schedule(run), key="schedule-drawn", alt=watch.describe_schedule(run))
    return run


def rate_key(run: FineTuningRun) -> str:
    """The key of the control by which this run's learning rate is chosen."""
    return "lr" + "".join(_of_model_and_texts(run.model, run.dataset))


def _of_model_and_texts(model: str, dataset: str) -> tuple[str, str]:
    """What a control's key ends in: what suits one model, or one set of texts, does not suit another."""
    return own_of(model), f":{dataset}" if dataset != KOPI else ""
