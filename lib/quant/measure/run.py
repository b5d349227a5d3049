"""What a measuring run is asked to do, and the events it yields. No torch: pages read these."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

from lib.models.catalogue import BUNDLED
from lib.models.origin import Origin
from lib.places import ASSETS
from lib.quant.errors import QuantError
from lib.quant.measure.scoring.quality import Quality
from lib.quant.measure.speed.rate import Speed
from lib.quant.quantizers.absmax import WIDTHS

REFERENCE = "fp32"
LIBRARY_PRECISIONS = ("fp32", "bf16", "fp16", "int8", "fp4", "nf4", "nf4-double")
ROUND_TO_NEAREST = tuple(f"rtn{bits}" for bits in reversed(WIDTHS))
PRECISIONS = (*LIBRARY_PRECISIONS, *ROUND_TO_NEAREST)
PARTS = ("memory", "quality", "speed", "generation")
RTN_GROUP = 64

USUAL_PROMPT = "The old man looked at the sea and"
USUAL_QUESTION = "Why is the sky blue?"
"""To a model that can chat."""
LONGEST_TEXT = 200_000
LONGEST_PROMPT = 500
TITLES = {
    "fp32": "fp32",
    "bf16": "bf16",
    "fp16": "fp16",
    "int8": "int8 (LLM.int8)",
    "fp4": "fp4",
    "nf4": "nf4",
    "nf4-double": "nf4 + double quantization",
} | {f"rtn{bits}": f"{bits}-bit round to nearest" for bits in WIDTHS}
SHORT_TITLES = TITLES | {"int8": "int8", "nf4-double": "nf4 dq"} | {f"rtn{bits}": f"{bits}-bit" for bits in WIDTHS}


@dataclass(frozen=True)
class Excerpt:
    """A text that the model it is for has never read."""

    title: str
    credit: str
    licence: str
    source: str
    note: str
    text: str


@cache
def held_out_excerpt(model: str) -> Excerpt:
    """For the bundled model a book it was not trained on; others have read the books, so a story they cannot have."""
    texts = json.loads((ASSETS / "quant" / "held_out.json").read_text(encoding="utf-8"))
    facts = texts["bundled" if model == BUNDLED else "others"]
    text = (ASSETS / "quant" / facts.pop("file")).read_text(encoding="utf-8").strip()
    return Excerpt(text=text, **facts)


@cache
def other_text() -> str:
    """Text of another kind than books, to see what is lost where the model is less at home."""
    return json.loads((ASSETS / "quant" / "other_text.json").read_text(encoding="utf-8"))["text"]


@dataclass(frozen=True)
class QuantizationRun:
    """Load `model` once in every precision and measure it.

    window, overlap  tokens a forward pass sees, and how many of them the one before has seen: every scored token but
                    the first ones has at least so many before it (https://huggingface.co/docs/transformers/perplexity)
    tokens          how many tokens of the text are read
    prompt          what is written on; a model with a chat template is asked it, in its chat format. None is the usual
    rest_dtype      what layers that are never quantized (embeddings, norms, LM head) and activations are kept in
                    beside int8, fp4 and nf4: "bf16" or "fp32"
    repeats         how often a speed is measured at most, writing in pieces of `timed_tokens` tokens
    temperature     0 takes the likeliest token; above it tokens are drawn with `seed`
    """

    model: str
    precisions: tuple[str, ...] = LIBRARY_PRECISIONS
    parts: tuple[str, ...] = PARTS
    text: str | None = None
    tokens: int = 1536
    window: int = 512
    overlap: int = 128
    rest_dtype: str = "bf16"
    prompt: str | None = None
    new_tokens: int = 32
    temperature: float = 0.0
    seed: int = 0
    repeats: int = 7
    timed_tokens: int = 16

    def __post_init__(self) -> None:
        unknown = set(self.precisions) - set(PRECISIONS)
        if unknown:
            raise QuantError(
                f"There is no precision {', '.join(sorted(unknown))}; choose from {', '.join(PRECISIONS)}."
            )
        if not self.precisions:
            raise QuantError("Choose at least one precision to measure.")
        if not 0 <= self.overlap < self.window:
            raise QuantError(f"Windows of {self.window} tokens overlap by 0 to {self.window - 1}, not {self.overlap}.")
        if not 2 <= self.tokens <= 100_000 or self.window < 2:
            raise QuantError("A perplexity needs a window of at least 2 tokens and 2 to 100,000 tokens of text.")
        if self.text is not None and len(self.text) > LONGEST_TEXT:
            raise QuantError(
                f"Your text has {len(self.text):,} characters; up to {LONGEST_TEXT:,} are taken, so shorten it."
            )
        if self.prompt is not None and (not self.prompt.strip() or len(self.prompt) > LONGEST_PROMPT):
            raise QuantError(f"The prompt must have 1 to {LONGEST_PROMPT} characters.")
        if self.rest_dtype not in ("bf16", "fp32"):
            raise QuantError(f"Layers that are not quantized are kept in bf16 or fp32, not in {self.rest_dtype}.")
        if not 1 <= self.timed_tokens <= 512:
            raise QuantError(f"Time the writing of 1 to 512 tokens, not of {self.timed_tokens}.")
        if not 1 <= self.new_tokens <= 512 or not 1 <= self.repeats <= 50 or not 0 <= self.temperature <= 5:
            raise QuantError("Ask for 1 to 512 new tokens, 1 to 50 repeats and a temperature between 0 and 5.")

    @property
    def rows(self) -> tuple[str, ...]:
        """Precisions in the order they are measured: the reference first, whether asked for or not."""
        chosen = [name for name in PRECISIONS if name in self.precisions]
        return (REFERENCE, *[name for name in chosen if name != REFERENCE])


@dataclass(frozen=True)
class Conditions:
    """Where and with what a measurement was made."""

    device: str
    threads: int
    date: str
    versions: str

    def __str__(self) -> str:
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{self.device}, {threads}, {self.date}, {self.versions}"


@dataclass(frozen=True)
class Memory:
    """Bytes of one loaded model.

    file_bytes       what `save_pretrained` writes in this precision; None if it was not tried
    footprint_bytes  what transformers' `get_memory_footprint` says: parameters and buffers
    true_bytes       every tensor the model holds, scales and tables included
    peak_bytes       most that CUDA had allocated at once while this row was measured; None without CUDA
    float_weights    weights still kept as floating-point numbers, the only ones a gradient can reach; None if simulated
    simulated        the sizes follow from the bits per weight, since the weights were put back into fp32 to compute
    """

    true_bytes: int
    footprint_bytes: int | None
    file_bytes: int | None
    peak_bytes: int | None
    float_weights: int | None = None
    simulated: bool = False

    @property
    def left_out_bytes(self) -> int | None:
        """What the footprint leaves out: scales and tables."""
        return None if self.footprint_bytes is None else self.true_bytes - self.footprint_bytes


@dataclass(frozen=True)
class Generation:
    """Text written after the prompt, token by token; `first_difference` is the first token unlike the reference's."""

    pieces: tuple[str, ...]
    first_difference: int | None


@dataclass(frozen=True)
class Started:
    """What is measured, before the first row: model, text and prompt as they are cut, and under which conditions."""

    model: str
    parameters: int
    linear_weights: int
    shipped_bytes: int
    conditions: Conditions
    pieces: tuple[str, ...]
    """The text, token by token, as it is scored: the first token has no prediction."""
    window: int
    stride: int
    prompt_pieces: tuple[str, ...]
    """The prompt, token by token, as the model reads it."""
    note: str | None = None
    unpacked: tuple[str, ...] = ()
    """Rows whose weights the device turns back into floating-point numbers for every product."""
    rest_dtype: str = "bf16"
    question: str | None = None
    """What the prompt was before it was put into the model's chat format; None for a model without one."""
    shipped_dtypes: tuple[str, ...] = ()
    """Types of the tensors in the model's files, as safetensors names them."""
    weights: Origin = field(default_factory=Origin)

    @property
    def other_weights(self) -> int:
        """Embeddings, norms and LM head, which are never quantized."""
        return self.parameters - self.linear_weights


@dataclass(frozen=True)
class Progress:
    """How far the run is: `row` is being measured, `done_share` of everything is behind it."""

    row: str
    doing: str
    done_share: float
    keep_only_newest: ClassVar[bool] = True


@dataclass(frozen=True)
class RowMeasured:
    """Everything measured of one precision; None where a figure cannot be had here."""

    row: str
    load_s: float | None
    """None if another run had loaded this copy already."""
    memory: Memory | None
    quality: Quality | None
    elsewhere: Quality | None
    """On a short text of quite another kind."""
    speed: Speed | None
    generation: Generation | None


@dataclass(frozen=True)
class RowFailed:
    """This precision could not be measured; `message` is one sentence for the student.

    no_room  for want of memory
    """

    row: str
    message: str
    no_room: bool = False


@dataclass(frozen=True)
class Finished:
    """`load` is the machine's load average at the end, `cores` what it has: a busy machine measures lower speeds."""

    elapsed_s: float
    stopped: bool = False
    load: float = 0.0
    cores: int = 1

    @property
    def busy(self) -> bool:
        return self.load > 1.5 * self.cores


Event = Started | Progress | RowMeasured | RowFailed | Finished
