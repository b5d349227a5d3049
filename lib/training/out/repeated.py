"""What differs between methods in the program that repeats a run: how the base is loaded, what is put on it, how that
is saved and taken off again. No torch here.

`base`, `model`, `RUN`, `CARD`, `MODEL` and `REVISION` are the program's own names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lib.memory.model.module_names import STORED_TRANSPOSED
from lib.models.catalogue import catalogue
from lib.training.errors import TrainingError
from lib.training.methods.catalogue import methods
from lib.training.methods.counting import ia3_targets
from lib.training.out.record import RunRecord

NOTHING_IN_FRONT = """\
def positions_in_front(model):
    return 0  # nothing stands in front of a text"""
LEARNT_IN_FRONT = """\
def positions_in_front(model):
    return RUN.virtual_tokens  # learnt, in front of every text"""
LOAD_PLAIN = """\
base = AutoModelForCausalLM.from_pretrained(MODEL, revision=REVISION, dtype=DTYPES[CARD["precision"]])
base = base.to(best_device()).eval()"""
LOAD_QUANTIZED = """\
computed_in = torch.bfloat16 if multiplies_bf16(best_device()) else torch.float32
base = AutoModelForCausalLM.from_pretrained(
    MODEL,
    revision=REVISION,
    dtype=computed_in,
    quantization_config=quantization_config(CARD["precision"], computed_in),
    device_map={"": best_device()},
).eval()
never_packed(base)"""
SAVE_ADAPTER = """model.save_pretrained("adapter", save_embedding_layers=False)"""
FOLDER = """\
folder = Path("adapter")
folder.mkdir(exist_ok=True)
"""
TAKE_BOTTLENECKS_OFF = """\
for layer in blocks(model):
    layer.mlp = layer.mlp.layer"""
PEFT, PATH = "from peft import get_peft_model", "from pathlib import Path"
ADAPTING, FILES = "lib.training.adapting", "lib.training.methods.files"


@dataclass(frozen=True)
class Repeated:
    """The pieces of the program that are a method's own."""

    put_on: str
    """An expression: the model to train. `{more}` stands for what the model's own architecture needs."""
    roots: tuple[tuple[str, str], ...]
    """(Module, name) of the definitions that the pieces use."""
    save: str = SAVE_ADAPTER
    taken_off: str = "model.unload()"
    """An expression: the base without what was put on it; empty where its weights are the run's own."""
    before_training: str = ""
    starts_as_base: bool = True
    """Whether the first held-out loss is the base's own."""
    tells_its_start: bool = True
    """Whether the held-out loss before the first step can be repeated to the last digit."""
    load: str = LOAD_PLAIN
    in_front: str = NOTHING_IN_FRONT
    imports: frozenset[str] = frozenset({PEFT})


LORA = Repeated(
    "get_peft_model(base, lora_config(RUN, RUN.target_modules{more}))",
    ((ADAPTING, "lora_config"), ("lib.models.load", "DTYPES")),
)
QLORA = replace(
    LORA,
    load=LOAD_QUANTIZED,
    taken_off="",
    roots=(
        (ADAPTING, "lora_config"),
        ("lib.models.load", "multiplies_bf16"),
        ("lib.models.load", "quantization_config"),
        ("lib.training.methods.four_bits", "never_packed"),
    ),
)
IN_FRONT = replace(LORA, in_front=LEARNT_IN_FRONT, starts_as_base=False, taken_off="model.get_base_model()")


def _pissa(wide: bool) -> Repeated:
    """Its parts add up to the base but for rounding, so the loss before the first step is not compared."""
    return replace(
        LORA,
        put_on=f"get_peft_model(base, pissa_config(RUN, RUN.target_modules, wide={wide}{{more}}))",
        roots=((ADAPTING, "pissa_config"), (FILES, "first_value"), (FILES, "write_as_lora"), LORA.roots[1]),
        before_training="first = first_value(model)",
        save=f"{FOLDER}write_as_lora(model, first, folder)",
        taken_off="",
        starts_as_base=False,
        tells_its_start=False,
        imports=frozenset({PEFT, PATH}),
    )


METHODS = {
    "lora": LORA,
    "rslora": LORA,
    "dora": LORA,
    "qlora_int8": QLORA,
    "qlora_nf4": QLORA,
    "full": Repeated(
        "base.requires_grad_(True)",
        (LORA.roots[1],),
        save="""model.save_pretrained("model")""",
        taken_off="",
        imports=frozenset(),
    ),
    "prompt": replace(
        IN_FRONT,
        put_on="get_peft_model(base, prompt_config(RUN))",
        roots=((ADAPTING, "prompt_config"), LORA.roots[1]),
    ),
    "prefix": replace(
        IN_FRONT,
        put_on="get_peft_model(base, prefix_config(RUN))",
        roots=((ADAPTING, "prefix_config"), LORA.roots[1]),
    ),
    "ia3": replace(
        LORA, put_on="get_peft_model(base, ia3_config({more}))", roots=((ADAPTING, "ia3_config"), LORA.roots[1])
    ),
    "bottleneck": Repeated(
        "put_bottlenecks(base, RUN.bottleneck)",
        (("lib.training.methods.bottleneck", "put_bottlenecks"), (FILES, "write_bottlenecks"), LORA.roots[1]),
        save=f"{FOLDER}write_bottlenecks(model, folder)\n{TAKE_BOTTLENECKS_OFF}",
        taken_off="model",
        imports=frozenset({PATH}),
    ),
}


def repeating(record: RunRecord) -> Repeated:
    """The pieces for this run. Raises TrainingError where it trained nothing."""
    run, model_type = record.run, record.card.model_type
    if not methods()[run.method].trains:
        raise TrainingError(
            f"“{methods()[run.method].title}” trains nothing, so there is no training to repeat; take a run of a "
            "method that does"
        )
    found = _pissa(catalogue()[run.model].wide) if run.method == "pissa" else METHODS[run.method]
    more = ", transposed=True" if model_type in STORED_TRANSPOSED else ""
    if run.method == "ia3":
        targets, feedforward = ia3_targets(model_type)
        more = f"{targets!r}, {feedforward!r}{more}"
    return replace(found, put_on=found.put_on.format(more=more))
