"""The measuring job: one model in every precision, row by row. Imports torch: for workers.

    for event in measure(QuantizationRun("Bundled base model")):
        print(event)

A precision that fails becomes a RowFailed and the others go on. Runs that go on at once, or close one after another,
share one loaded copy of each precision; they only read it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import torch
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from lib.errors import StopRequested, StudentError, is_out_of_memory
from lib.logs import quiet_bitsandbytes
from lib.models.catalogue import find
from lib.models.load import best_device, free_bytes
from lib.models.origin import origin
from lib.models.shared import collect
from lib.quant.errors import QuantError, WouldNotFit
from lib.quant.measure.conditions import conditions
from lib.quant.measure.loading.estimate import model_files
from lib.quant.measure.loading.loaded import Loaded, Loader
from lib.quant.measure.run import (
    REFERENCE,
    TITLES,
    USUAL_PROMPT,
    USUAL_QUESTION,
    Event,
    Finished,
    Generation,
    Progress,
    QuantizationRun,
    RowFailed,
    RowMeasured,
    Started,
    held_out_excerpt,
    other_text,
)
from lib.quant.measure.scoring.passage import Passage
from lib.quant.measure.scoring.quality import Quality
from lib.quant.measure.scoring.wide_products import what_is_done
from lib.quant.measure.speed.kernels import unpacked_rows, what_is_unpacked
from lib.quant.measure.speed.rate import Rate, Speed, timed
from lib.quant.measure.speed.writing import first_difference, generate, prefill, prompt_ids

CPU = torch.device("cpu")
OTHER_TOKENS, OTHER_WINDOW, OTHER_OVERLAP = 512, 256, 64
READ_PROMPT, DECODE_PROMPT = 128, 4
"""Tokens of the prompts that are timed."""


def measure(run: QuantizationRun) -> Iterator[Event]:
    """Yield Started, then for every row Progress events and a RowMeasured or RowFailed, then Finished."""
    started = time.monotonic()
    quiet_bitsandbytes()
    session = _Session(run)
    yield session.started()
    try:
        with session.loader:
            for row in run.rows:
                try:
                    yield from session.measure_row(row)
                except (StudentError, MemoryError, RuntimeError) as error:  # CUDA's out of memory is a RuntimeError
                    no_room = isinstance(error, WouldNotFit) or is_out_of_memory(error)
                    yield RowFailed(row, _why_it_cannot_run(row, error), no_room)
                collect()
    except StopRequested:
        yield _finished(started, stopped=True)
        return
    yield _finished(started, stopped=False)


def _finished(started: float, *, stopped: bool) -> Finished:
    return Finished(time.monotonic() - started, stopped, psutil.getloadavg()[0], psutil.cpu_count() or 1)


def _why_it_cannot_run(row: str, error: Exception) -> str:
    if isinstance(error, StudentError):
        return str(error)
    if is_out_of_memory(error):
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
        self.stride = self.window - min(run.overlap, self.window - 1)
        tokens, fewer = self._affordable_tokens()
        self.unpacked = tuple(row for row in unpacked_rows(self.device) if row in run.rows)
        about = (fewer, what_is_done(self.device), what_is_unpacked(self.unpacked))
        self.note = " ".join(filter(None, about)) or None
        text = run.text if run.text is not None else held_out_excerpt(run.model).text
        self.passage = Passage(text, self.tokenizer, tokens, self.window, self.stride)
        elsewhere = min(OTHER_WINDOW, self.files.context)
        self.elsewhere = Passage(other_text(), self.tokenizer, OTHER_TOKENS, elsewhere, elsewhere - OTHER_OVERLAP)
        chats = bool(self.tokenizer.chat_template)
        prompt = run.prompt or (USUAL_QUESTION if chats else USUAL_PROMPT)
        self.question = prompt if chats else None
        self.prompt = prompt_ids(self.tokenizer, prompt)
        self.reference_written: list[int] | None = None
        working_bytes = self.files.working_bytes(len(self.passage.ids), self.window)
        self.loader = Loader(self.files, self.device, run.rest_dtype, working_bytes)

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
            unpacked=self.unpacked,
            rest_dtype=self.run.rest_dtype,
            question=self.question,
            shipped_dtypes=self.files.shipped_dtypes,
            weights=origin(self.folder),
        )

    def measure_row(self, row: str) -> Iterator[Event]:
        """Load or borrow, score, time and write with one precision."""
        yield self._progress(row, "loading", 0.0)
        with self.loader.borrow(row) as (loaded, shared):
            yield from self._read(row, loaded, shared)

    def _read(self, row: str, loaded: Loaded, shared: bool) -> Iterator[Event]:
        parts, model, simulated = self.run.parts, loaded.model, row.startswith("rtn")
        peak = _CudaPeak(loaded.memory.true_bytes) if self.device.type == "cuda" and not simulated else None
        found = (yield from self._score(row, model, self.passage, 0.1, 0.3)) if "quality" in parts else None
        elsewhere = (yield from self._score(row, model, self.elsewhere, 0.4, 0.2)) if "quality" in parts else None
        yield self._progress(row, "writing", 0.65)
        written = self._write(row, model) if "generation" in parts else None
        speed = (yield from self._speed(row, model)) if "speed" in parts and not simulated else None
        memory = replace(loaded.memory, peak_bytes=peak.bytes if peak else None) if "memory" in parts else None
        yield RowMeasured(row, None if shared else loaded.load_s, memory, found, elsewhere, speed, written)

    def _progress(self, row: str, doing: str, share_of_row: float) -> Progress:
        return Progress(row, doing, (self.run.rows.index(row) + share_of_row) / len(self.run.rows))

    def _affordable_tokens(self) -> tuple[int, str | None]:
        """All log-probabilities of the reference are kept, so with a large vocabulary memory may allow fewer tokens."""
        wanted = max(self.run.tokens, self.window + 1)
        affordable = max(self.window + 1, int(free_bytes(CPU) / 8 / (4 * self.files.vocab_size)))
        if wanted <= affordable:
            return wanted, None
        return affordable, f"{affordable:,} tokens are scored instead of {wanted:,}, as many as memory allows."

    def _score(self, row: str, model: PreTrainedModel, passage: Passage, begin: float, share: float) -> Iterator[Event]:
        """Yields progress; returns the quality."""
        for found in passage.score(model, is_reference=row == REFERENCE):
            if isinstance(found, Quality):
                return found
            yield self._progress(row, "reading the text", begin + share * found)
        return None

    def _speed(self, row: str, model: PreTrainedModel) -> Iterator[Event]:
        """Yields progress; returns the speed. Who has just scored a text or written one is warm for the same work."""
        prompt = self.passage.ids[None, : min(READ_PROMPT, max(self.window // 2, 1))].to(self.device)
        start = prompt[:, :DECODE_PROMPT]
        tokens = min(self.run.timed_tokens, self.files.context - start.shape[1])
        synchronise = torch.cuda.synchronize if self.device.type == "cuda" else lambda: None
        works = {
            "timing how fast it reads": ("quality", prompt.shape[1], lambda: prefill(model, prompt)),
            "timing how fast it writes": ("generation", tokens, lambda: generate(model, start, tokens, exactly=True)),
        }
        rates: list[Rate] = []
        for doing, (before, count, work) in works.items():
            warm = before in self.run.parts
            for found in timed(work, count, self.run.repeats, synchronise=synchronise, warm=warm):
                if isinstance(found, Rate):
                    rates.append(found)
                yield self._progress(row, doing, 0.7 + 0.15 * len(rates))
        return Speed(rates[0], rates[1], prompt.shape[1], tokens)

    def _write(self, row: str, model: PreTrainedModel) -> Generation:
        run, prompt = self.run, self.prompt.to(self.device)
        room = self.files.context - prompt.shape[1]
        if room < 1:
            raise QuantError(f"The prompt fills the model's context of {self.files.context} tokens; shorten it.")
        ids = generate(model, prompt, min(run.new_tokens, room), temperature=run.temperature, seed=run.seed)
        if row == REFERENCE:
            self.reference_written = ids
        said = ids[:-1] if ids[-1:] == [self.tokenizer.eos_token_id] else ids
        pieces = tuple(self.tokenizer.decode([token]) for token in said)
        return Generation(pieces, first_difference(self.reference_written, ids))


class _CudaPeak:
    """Most bytes that CUDA has allocated at once since this was made, without other copies on the device."""

    def __init__(self, held_bytes: int) -> None:
        self._others = torch.cuda.memory_allocated() - held_bytes
        torch.cuda.reset_peak_memory_stats()

    @property
    def bytes(self) -> int:
        return torch.cuda.max_memory_allocated() - self._others


def _tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError):
        raise QuantError(f"The tokenizer in “{folder.name}” cannot be read; restore its tokenizer.json.") from None
