"""What `make gpu` does, where there is no GPU: order, time, resumption, records, and that a failure stops nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial

import pytest
import torch

from lib.models.catalogue import BUNDLED, REAL
from lib.places import ROOT
from lib.training.methods.catalogue import methods
from scripts import gpu_items, measure_memory, measure_quantization
from scripts import measure_on_gpu as script
from scripts.gpu_items import Item
from scripts.measure_on_gpu import FAILED, MEASURED, OUT_OF_MEMORY, OUT_OF_TIME

pytestmark = [
    pytest.mark.torch,
    # peft 0.21 asks transformers 5.23 by a name that it is about to drop
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
VERSIONS = {"torch": "2"}


@dataclass
class Bench:
    """Items whose measuring moves a clock of its own, and a log of a card."""

    log: script.Log
    now_s: float = 0.0
    done: list[str] = field(default_factory=list)

    def item(self, name: str, expected_s: float = 1.0, takes_s: float | None = None, error=None) -> Item:
        def measure():
            self.now_s += expected_s if takes_s is None else takes_s
            if error is not None:
                raise error
            self.done.append(name)
            return {"figure": len(self.done)}

        return Item(name, expected_s, measure)

    def measure(self, items: list[Item], until_s: float = 1000.0, **options) -> dict[str, str]:
        return script.measure_all(items, self.log, until_s, clock=lambda: self.now_s, **options)

    @property
    def recorded(self) -> list[dict]:
        return json.loads(self.log.file.read_text())


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench(script.Log(tmp_path / "gpu.json", "Test GPU", VERSIONS))


def test_each_item_is_recorded_in_turn_with_device_date_and_versions(bench):
    before = []

    def look():
        before.extend(bench.recorded)
        return {}

    bench.measure([bench.item("one"), Item("two", 1.0, look)])
    assert [record["item"] for record in before] == ["one"], "saved before the next one starts"
    one, two = bench.recorded
    assert (one["outcome"], one["figure"], one["seconds"]) == (MEASURED, 1, 1.0)
    for record in (one, two):
        assert (record["device"], record["versions"]) == ("Test GPU", VERSIONS)
        assert len(record["date"]) == len("2026-01-01")


def test_what_is_recorded_is_not_measured_again(bench):
    items = [bench.item("one"), bench.item("two")]
    bench.measure(items[:1])
    bench.measure(items)
    bench.measure(items)
    assert bench.done == ["one", "two"]


def test_another_card_or_another_version_is_measured_for_itself(bench):
    item = bench.item("one")
    bench.measure([item])
    for device, versions in (("Another GPU", VERSIONS), ("Test GPU", {"torch": "3"})):
        bench.log = script.Log(bench.log.file, device, versions)
        bench.measure([item])
    assert bench.done == ["one"] * 3
    kept = [(record["device"], record["versions"]["torch"]) for record in bench.recorded]
    assert kept == [("Another GPU", "2"), ("Test GPU", "3")]


def test_what_no_longer_fits_is_left_out_and_something_shorter_is_not(bench, capsys):
    bench.measure([bench.item("first", 50), bench.item("long", 60), bench.item("short", 40)], until_s=100)
    assert bench.done == ["first", "short"]
    assert "long: left out, 60 s expected and 50 s left" in capsys.readouterr().out
    assert bench.now_s <= 100


def test_a_slower_card_is_noticed(bench):
    """Everything takes three times what was expected: of nine items of 10 s, three fit into 100 s."""
    bench.measure([bench.item(f"item {index}", 10, takes_s=30) for index in range(9)], until_s=100)
    assert bench.done == ["item 0", "item 1", "item 2"]


def test_an_item_that_takes_too_long_is_ended_and_not_recorded(bench):
    def for_ever():
        while True:
            pass

    bench.measure([bench.item("one")])
    outcomes = bench.measure([Item("endless", 0.01, for_ever)], until_s=bench.now_s + 0.05)
    assert outcomes == {"endless": OUT_OF_TIME}
    assert [record["item"] for record in bench.recorded] == ["one"]


def test_a_failure_is_recorded_tried_again_and_stops_nothing(bench):
    broken = bench.item("broken", error=ValueError("no such kernel\nmore of it"))
    assert bench.measure([broken, bench.item("next")]) == {"broken": FAILED, "next": MEASURED}
    assert bench.recorded[0]["said"] == "ValueError: no such kernel"
    bench.measure([bench.item("broken"), bench.item("next")])
    assert bench.done == ["next", "broken"]
    assert {record["outcome"] for record in bench.recorded} == {MEASURED}


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1152921504606846976 bytes."),
    ],
)
def test_out_of_memory_is_a_result(bench, error):
    items = [bench.item("large", error=error), bench.item("small")]
    assert bench.measure(items) == {"large": OUT_OF_MEMORY, "small": MEASURED}
    assert bench.measure(items) == {}, "it would not fit the next time either"


def test_a_refusal_by_the_memory_script_is_one_failure(bench):
    """It leaves by SystemExit where its section was begun on another card."""
    assert bench.measure([bench.item("peak", error=SystemExit("start over with --fresh"))]) == {"peak": FAILED}


def test_a_card_that_no_longer_answers_ends_the_process_s_part(bench, monkeypatch):
    """Nor does it take back its memory."""
    alive = iter([True, False])
    monkeypatch.setattr(script, "give_memory_back", lambda: (_ for _ in ()).throw(RuntimeError("illegal access")))
    outcomes = bench.measure([bench.item(name) for name in "abc"], answers=lambda: next(alive))
    assert list(outcomes) == ["a", "b"]


def test_whether_a_device_answers_is_found_by_using_it(monkeypatch):
    assert script.device_answers("cpu")
    monkeypatch.setattr(torch, "ones", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("illegal access")))
    assert not script.device_answers("cpu")


class Replaced(BaseException):
    """In place of a process that another takes over."""


@dataclass
class Card:
    """Three items, the second of which leaves a card that answers nobody until a new process has it."""

    done: list[str] = field(default_factory=list)
    commands: list[list[str]] = field(default_factory=list)
    answers: bool = True
    for_good: bool = False

    def items(self, _device, _out) -> list[Item]:
        return [Item("a", 1.0, partial(self._done, "a")), Item("broken", 1.0, self._break), Item("c", 1.0, self._c)]

    def _c(self) -> None:
        self._done("c") if self.answers else self._break()

    def _done(self, name: str) -> None:
        self.done.append(name)

    def _break(self) -> None:
        self.done.append("broken")
        self.answers = False
        raise RuntimeError("an illegal memory access was encountered")

    def replace(self, program: str, command: list[str]) -> None:
        assert [program, "-m", "scripts.measure_on_gpu"] == command[:3] == [sys.executable, *command[1:3]]
        self.commands.append(command[3:])
        self.answers = not self.for_good
        raise Replaced


@pytest.fixture
def card(monkeypatch) -> Card:
    card = Card()
    monkeypatch.setattr(script, "items", card.items)
    monkeypatch.setattr(script, "device_answers", lambda _device: card.answers)
    monkeypatch.setattr(script.os, "execv", card.replace)
    return card


def test_a_new_process_goes_on_without_what_broke_the_card(card, tmp_path):
    """And forgets nothing of what was measured, whatever the first was told to forget."""
    with pytest.raises(Replaced):
        script.main(["--device", "cpu", "--out", str(tmp_path), "--minutes", "1000", "--fresh"])
    assert card.done == ["a", "broken"]
    assert script.main(card.commands[0]) == 1, "what broke it is not measured"
    assert card.done == ["a", "broken", "c"]
    records = json.loads((tmp_path / "gpu.json").read_text())
    assert {record["item"]: record["outcome"] for record in records} == {"a": MEASURED, "broken": FAILED, "c": MEASURED}


def test_processes_follow_each_other_only_while_something_is_tried(card, tmp_path, capsys):
    card.for_good = True
    command = ["--device", "cpu", "--out", str(tmp_path), "--minutes", "1000"]
    for _ in range(2):
        with pytest.raises(Replaced):
            script.main(command)
        command = card.commands[-1]
    assert card.done == ["a", "broken", "broken"], "the third breaks too, on a card that answers nobody"
    assert script.main(command) == 1
    assert "1 of 3 items are recorded" in capsys.readouterr().out


def test_a_file_with_one_marked_test_has_gpu_tests(tmp_path):
    for name, text in {
        "test_one.py": "@pytest.mark.gpu\ndef test_peak(): ...",
        "test_all.py": "pytestmark = [pytest.mark.gpu, pytest.mark.torch]",
        "test_none.py": '@pytest.mark.gpus\n@pytest.mark.usefixtures("gpu")\ndef test_cards(): ...',
    }.items():
        (tmp_path / name).write_text(text)
    found = gpu_items.files_of_gpu_tests(tmp_path)
    assert found == [str(tmp_path / "test_all.py"), str(tmp_path / "test_one.py")]
    assert str(ROOT / "tests" / "unit" / "quant" / "test_on_gpu.py") in gpu_items.files_of_gpu_tests()


def test_gpu_tests_that_are_skipped_where_there_is_a_gpu_have_shown_nothing(monkeypatch):
    skipped = subprocess.CompletedProcess([], 0, stdout="sss\n3 skipped in 4.20s\n", stderr="a warning\n")
    monkeypatch.setattr(gpu_items.subprocess, "run", lambda *_, **__: skipped)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpu_items.gpu_tests() == {"said": "3 skipped in 4.20s"}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(RuntimeError, match="3 skipped"):
        gpu_items.gpu_tests()


def test_whatever_is_measured_on_a_gpu_is_tried_on_a_processor_first(tmp_path):
    on_gpu, on_cpu = (
        {getattr(item.measure, "func", item.measure) for item in gpu_items.items(device, tmp_path)}
        for device in ("cuda", "cpu")
    )
    per_case = {each for each in on_gpu if each.__name__ == "measure_it"}  # one closure for each set-up
    assert on_gpu - per_case <= on_cpu


@pytest.mark.parametrize(
    "write",
    [
        lambda file: script.Log(file, "Test GPU", VERSIONS).add("one", MEASURED, 1.0, {}),
        lambda file: measure_memory.measure("cpu", [{"model": "GPT-2"}], {}, file),
        lambda file: measure_quantization.write(file, {"title": "a run"}),
    ],
    ids=["gpu.json", "memory.json", "quantization-gpu.json"],
)
def test_a_record_broken_off_while_written_leaves_the_old_ones(write, tmp_path, monkeypatch):
    """The alarm rings once half of the text is on the disk."""
    file = tmp_path / "records.json"
    file.write_text("[]")
    row = {"model": "GPT-2", "what": "weights", "measured_bytes": 1, "estimated_bytes": 1}
    monkeypatch.setitem(measure_memory.WAYS, "cpu", lambda _case: [row])
    whole = script.Path.write_text

    def half(path, text, **options):
        whole(path, text[: len(text) // 2], **options)
        raise script.OutOfTime

    monkeypatch.setattr(script.Path, "write_text", half)
    with pytest.raises(script.OutOfTime):
        write(file)
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"records.json": "[]"}


def test_the_plan_has_forty_set_ups_of_all_families_and_the_first_are_of_each():
    plan = measure_memory.read(measure_memory.PLAN)["cuda"]
    cases = gpu_items.in_turn(plan)
    families = {"full", "lora", "qlora", "MoE", "long context", "serving"}
    assert len(cases) == len(plan) >= 40
    assert {gpu_items.family(case) for case in cases[:6]} == families


def test_the_manual_has_them_in_their_order(tmp_path, monkeypatch):
    """docs/gpu.md, a row for all that follow each other and are alike, where every model is on the machine."""
    monkeypatch.setattr(gpu_items, "is_here", lambda _name: True)
    lines = (ROOT / "docs" / "gpu.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if re.fullmatch(r"\| `.*json` \|", line)]
    patterns = [re.compile(".+".join(map(re.escape, row[0].strip("| `").split("…")))) for row in rows]
    counts, now = [0] * len(rows), 0
    for item in gpu_items.items("cuda", tmp_path):
        if not patterns[now].fullmatch(item.name):
            now += 1
        assert patterns[now].fullmatch(item.name), f"{item.name} is not where {rows[now][0]} says"
        counts[now] += 1
    assert all(counts)
    memory = [(count, what) for count, (item, what, _) in zip(counts, rows, strict=True) if "memory:" in item]
    (first, told_first), (more, told_more), (_, told_last) = memory
    assert (first, "twelve" in told_first) == (12, True)
    assert told_more.startswith(f"{more} more")
    assert f"{sum(count for count, _ in memory)} in all" in told_last


def test_the_items_for_a_gpu_are_all_that_is_promised_and_the_most_valuable_fit(tmp_path):
    """Forty set-ups, the tests, the bounds, LoRA and QLoRA, models of 135M to 8B, in nine minutes less imports."""
    planned = gpu_items.items("cuda", tmp_path)
    names = [item.name for item in planned]
    assert len(set(names)) == len(names)
    within, spent = [], 0.0
    for item in planned:
        if (
            item.name.startswith("default LoRA run")
            or item.name.startswith("quantization: SmolLM2-135M-")
            or (item.name.startswith("method ") and item.name.endswith(REAL))
        ):
            continue  # only where the model is
        spent += item.expected_s
        if spent > 9 * 60 - 20:
            break
        within.append(item.name)
    assert sum(name.startswith("memory: ") for name in within) >= 40
    assert {
        "GPU tests",
        "six precisions",
        "decode over bare generate",
        "LoRA steps/s: Llama-3.2-1B's shape",
        "QLoRA steps/s: Llama-3.2-1B's shape",
        "quantization: SmolLM2-135M's shape",
        "quantization: Llama-3.1-8B's shape",
    } <= set(within)


@pytest.mark.thorough
@pytest.mark.usefixtures("bundled_is_tiny")
def test_everything_runs_on_a_processor(tmp_path, monkeypatch, capsys):
    """The whole command on tiny models: real records in files that the app reads, and nothing to do a second time."""
    from lib.memory.ask import accuracy
    from lib.quant.findings.recorded import recorded_runs

    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"cpu": [{"model": "GPT-2", "batch": 1, "sequence": 8}]}))
    monkeypatch.setattr(measure_memory, "PLAN", plan)
    out = tmp_path / "out"
    arguments = ["--device", "cpu", "--out", str(out), "--minutes", "1000"]
    assert script.main(arguments) == 0
    records = json.loads((out / "gpu.json").read_text())
    assert {record["outcome"] for record in records} == {MEASURED}
    by_name = {record["item"]: record for record in records}
    assert by_name["LoRA steps/s: tiny's shape"]["steps_per_s"] > 0
    for name in gpu_items.METHODS_ON_CPU:
        method, found = methods()[name], by_name[f"method {name}: {BUNDLED}"]
        assert (found["steps_per_s"] is not None) is method.trains
        assert not method.trains or found["first_grad_norm"] > 0
    assert (
        by_name[f"method qlora_nf4: {BUNDLED}"]["weights_bytes"] < by_name[f"method full: {BUNDLED}"]["weights_bytes"]
    )
    assert by_name["default LoRA run"]["held_out_loss"][1] < by_name["default LoRA run"]["held_out_loss"][0]
    assert [run.random_weights for run in recorded_runs(out)] == [False, True]
    monkeypatch.setattr(accuracy, "RECORDED", out / "memory.json")
    assert {record.what for record in accuracy.recorded.__wrapped__()["cpu"].records} == {
        "weights",
        "saved tensors",
        "KV cache",
    }
    capsys.readouterr()
    assert script.main(arguments) == 0
    assert capsys.readouterr().out.count("recorded before") == len(records)
