"""The measuring job: one model in every precision, row by row. Imports torch: for workers.

    for event in measure(QuantizationRun("Bundled base model")):
        print(event)

A precision that fails becomes a RowFailed and the others go on. Every row loads the model afresh and lets go of it
before the next: a 4-bit model that has been evaluated must never be trained on (bitsandbytes packs its weights for
inference, after which gradients are zero), and two precisions never share the device.
"""

from __future__ import annotations

import gc
import logging
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import torch
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from lib.engine.job import StopRequested
from lib.errors import StudentError
from lib.models.catalogue import find
from lib.models.load import best_device, load
from lib.quant.conditions import conditions
from lib.quant.errors import QuantError
from lib.quant.estimate import check_fits, free_bytes, model_files
from lib.quant.passage import Passage
from lib.quant.quality import Quality
from lib.quant.round_to_nearest import RoundToNearest
from lib.quant.run import (
    REFERENCE,
    TITLES,
    Event,
    Finished,
    Generation,
    Memory,
    Progress,
    QuantizationRun,
    RowFailed,
    RowMeasured,
    Started,
    held_out_excerpt,
    other_text,
)
from lib.quant.speed import Rate, Speed, timed
from lib.quant.true_bytes import true_bytes
from lib.quant.writing import first_difference, generate, prefill

LARGEST_FILE_WRITTEN = 600_000_000
DTYPES = {"bf16": torch.bfloat16, "fp32": torch.float32}
OTHER_WINDOW = 128
DECODE_PROMPT = 16


def measure(run: QuantizationRun) -> Iterator[Event]:
    """Yield Started, then for every row Progress events and a RowMeasured or RowFailed, then Finished."""
    started = time.monotonic()
    # bitsandbytes warns of a cast at every int8 product, which would slow down what is being timed.
    logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)
    session = _Session(run)
    yield session.started()
    try:
        for row in run.rows:
            try:
                yield from session.measure_row(row)
            except (StudentError, MemoryError, RuntimeError) as error:  # CUDA's out of memory is a RuntimeError
                yield RowFailed(row, _sentence(row, error))
            session.let_go()
    except StopRequested:
        yield _finished(started, stopped=True)
        return
    yield _finished(started, stopped=False)


def _finished(started: float, *, stopped: bool) -> Finished:
    return Finished(time.monotonic() - started, stopped, psutil.getloadavg()[0], psutil.cpu_count() or 1)


def _sentence(row: str, error: Exception) -> str:
    if isinstance(error, StudentError):
        return str(error)
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return f"{TITLES[row]} ran out of memory; choose a smaller model, a smaller window or fewer bits."
    return f"{TITLES[row]} cannot run on this device ({str(error).strip().splitlines()[0][:120]}); leave it out."


class _Session:
    """What the rows of one run share: the model's folder, the texts, the reference's scores, how far everything is."""

    def __init__(self, run: QuantizationRun) -> None:
        self.run = run
        self.device = best_device()
        self.folder = find(run.model)
        self.files = model_files(self.folder)
        self.tokenizer = _tokenizer(self.folder)
        self.window = min(run.window, self.files.context)
        self.stride = min(run.stride, self.window)
        tokens, self.note = self._affordable_tokens()
        text = run.text if run.text is not None else held_out_excerpt().text
        self.passage = Passage(text, self.tokenizer, tokens, self.window, self.stride)
        self.elsewhere = Passage(other_text(), self.tokenizer, 4 * OTHER_WINDOW, OTHER_WINDOW, OTHER_WINDOW // 2)
        self.prompt = self.tokenizer(run.prompt, return_tensors="pt").input_ids
        self.reference_written: list[int] | None = None
        self.rounded: tuple[PreTrainedModel, RoundToNearest] | None = None
        self.model: PreTrainedModel | None = None
        self.rows_done = 0

    def started(self) -> Started:
        return Started(
            model=self.run.model,
            parameters=self.files.parameters,
            linear_weights=self.files.linear_weights,
            shipped_bytes=self.files.shipped_bytes,
            conditions=conditions(self.device),
            pieces=self.passage.pieces,
            window=self.window,
            stride=self.stride,
            prompt_pieces=tuple(self.tokenizer.decode([token]) for token in self.prompt[0].tolist()),
            note=self.note,
        )

    def measure_row(self, row: str) -> Iterator[Event]:
        """Load, weigh, score, time and write with one precision."""
        yield self._progress(row, "loading", 0.0)
        self._check_room(row)
        self._reset_peak()
        loading = time.perf_counter()
        self.model = self._load(row)
        load_s = time.perf_counter() - loading
        parts, simulated = self.run.parts, row.startswith("rtn")
        memory = self._memory(row) if "memory" in parts else None
        found = (yield from self._score(row, self.passage, 0.1)) if "quality" in parts else None
        elsewhere = (yield from self._score(row, self.elsewhere, 0.4)) if "quality" in parts else None
        speed = (yield from self._speed(row)) if "speed" in parts and not simulated else None
        yield self._progress(row, "writing", 0.95)
        written = self._write(row) if "generation" in parts else None
        if memory is not None and self.device.type == "cuda" and not simulated:
            memory = replace(memory, peak_bytes=torch.cuda.max_memory_allocated())
        self.rows_done += 1
        yield RowMeasured(row, load_s, memory, found, elsewhere, speed, written)

    def let_go(self) -> None:
        """Free the row's model; the fp32 copy that round-to-nearest rows share stays until the end."""
        self.model = None
        gc.collect()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def _progress(self, row: str, doing: str, share_of_row: float) -> Progress:
        return Progress(row, doing, (self.run.rows.index(row) + share_of_row) / len(self.run.rows))

    def _affordable_tokens(self) -> tuple[int, str | None]:
        """All log-probabilities of the reference are kept, so with a large vocabulary memory may allow fewer tokens."""
        wanted = max(self.run.tokens, self.window + 1)
        affordable = max(self.window + 1, int(free_bytes() / 8 / (4 * self.files.vocab_size)))
        if wanted <= affordable:
            return wanted, None
        return affordable, f"{affordable:,} tokens are scored instead of {wanted:,}, as many as memory allows."

    def _check_room(self, row: str) -> None:
        needed = self.files.weights_bytes("fp32" if row.startswith("rtn") else row, self.run.rest_dtype)
        needed += self.files.working_bytes(len(self.passage.ids), self.window)
        free = torch.cuda.mem_get_info()[0] if self.device.type == "cuda" else free_bytes()
        check_fits(TITLES[row], needed, free)

    def _reset_peak(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats()

    def _load(self, row: str) -> PreTrainedModel:
        if not row.startswith("rtn"):
            self.rounded = None
            return load(self.folder, row, self.device, DTYPES[self.run.rest_dtype])[0]
        if self.rounded is None:
            model, _ = load(self.folder, "fp32", self.device)
            self.rounded = (model, RoundToNearest(model))
        model, rounded = self.rounded
        rounded.quantize_all(int(row[3:]))
        return model

    def _memory(self, row: str) -> Memory:
        if row.startswith("rtn"):
            return Memory(self.files.weights_bytes(row, self.run.rest_dtype), None, None, None, simulated=True)
        held = true_bytes(self.model)
        return Memory(
            true_bytes=held,
            footprint_bytes=self.model.get_memory_footprint(),
            file_bytes=_saved_bytes(self.model) if held <= LARGEST_FILE_WRITTEN else None,
            peak_bytes=None,
            float_weights=sum(p.numel() for p in self.model.parameters() if p.is_floating_point()),
        )

    def _score(self, row: str, passage: Passage, share: float) -> Iterator[Event]:
        """Yields progress; returns the quality."""
        for found in passage.score(self.model, is_reference=row == REFERENCE):
            if isinstance(found, Quality):
                return found
            yield self._progress(row, "reading the text", share + 0.3 * found)
        return None

    def _speed(self, row: str) -> Iterator[Event]:
        """Yields progress; returns the speed."""
        prompt = self.passage.ids[None, : max(self.window // 2, 1)].to(self.device)
        start = prompt[:, :DECODE_PROMPT]
        new_tokens = min(self.run.new_tokens, self.files.context - start.shape[1])
        synchronise = torch.cuda.synchronize if self.device.type == "cuda" else lambda: None
        works = {
            "timing how fast it reads": (lambda: prefill(self.model, prompt), prompt.shape[1]),
            "timing how fast it writes": (lambda: generate(self.model, start, new_tokens, exactly=True), new_tokens),
        }
        rates: list[Rate] = []
        for doing, (work, tokens) in works.items():
            for found in timed(work, tokens, self.run.repeats, synchronise=synchronise):
                if isinstance(found, Rate):
                    rates.append(found)
                yield self._progress(row, doing, 0.7 + 0.1 * len(rates))
        return Speed(rates[0], rates[1], prompt.shape[1], new_tokens)

    def _write(self, row: str) -> Generation:
        run, prompt = self.run, self.prompt.to(self.device)
        room = self.files.context - prompt.shape[1]
        if room < 1:
            raise QuantError(f"The prompt fills the model's context of {self.files.context} tokens; shorten it.")
        ids = generate(self.model, prompt, min(run.new_tokens, room), temperature=run.temperature, seed=run.seed)
        if row == REFERENCE:
            self.reference_written = ids
        pieces = tuple(self.tokenizer.decode([token]) for token in ids)
        return Generation(pieces, first_difference(self.reference_written, ids))


def _saved_bytes(model: PreTrainedModel) -> int | None:
    """Size of the weights as `save_pretrained` writes them; None where this precision cannot be saved."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            model.save_pretrained(folder)
        except (ValueError, NotImplementedError, RuntimeError):
            return None
        return sum(file.stat().st_size for file in Path(folder).glob("*.safetensors"))


def _tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError):
        raise QuantError(f"The tokenizer in “{folder.name}” cannot be read; restore its tokenizer.json.") from None
