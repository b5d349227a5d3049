"""The measuring script where there is no GPU: what it records, what it refuses, how it continues."""

import copy
import json

import pytest

from lib.memory.model.catalogue import catalogue
from lib.memory.model.config_json import from_config
from lib.memory.train.setup import TrainingSetup
from scripts import measure_memory as script
from scripts.gpu_items import TINY as SMALL

# peft 0.21 asks transformers 5.23 by names that it is about to drop
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:`{name}` is deprecated:FutureWarning")
    for name in ("is_gradient_checkpointing", "gradient_checkpointing_enable")
]

TRAINING = {"model": "GPT-2", "kind": "training", "setup": {"precision": "bf16", "batch": 8, "sequence": 1024}}
SERVING = {"model": "GPT-2", "kind": "serving", "setup": {"context": 128, "sequences": 2}}


@pytest.fixture
def results(tmp_path, monkeypatch):
    """An empty file of results, and a plan of two cases on a GPU."""
    monkeypatch.setattr(script, "RESULTS", tmp_path / "memory.json")
    monkeypatch.setattr(script, "PLAN", tmp_path / "plan.json")
    script.PLAN.write_text(json.dumps({"cuda": [TRAINING, SERVING]}))
    return script.RESULTS


@pytest.fixture
def gpu(monkeypatch):
    """A GPU whose probes answer at once; the list says which were asked."""
    from scripts import memory_probes as probes

    asked = []
    monkeypatch.setattr(script, "device", lambda _way: "Test GPU")
    monkeypatch.setattr(probes, "cuda_training", lambda *_: asked.append("training") or (3_000_000, 5_000_000))
    monkeypatch.setattr(probes, "cuda_serving", lambda *_: asked.append("serving") or (7_000_000, 8_000_000))
    return asked


def recorded(results) -> dict:
    return json.loads(results.read_text())["cuda"]


@pytest.mark.torch
def test_both_steps_and_the_prompt_are_recorded_beside_our_estimates(results, gpu):
    script.main(["cuda"])
    rows = recorded(results)["rows"]
    assert [(row["kind"], row["what"], row["measured_bytes"]) for row in rows] == [
        ("training", "step 1", 3_000_000),
        ("training", "step 2", 5_000_000),
        ("serving", "prompt", 7_000_000),
    ]
    # fullest in the backward pass; the second has Adam's two states besides, 2 bytes each for 124,439,808 parameters
    assert rows[1]["estimated_bytes"] - rows[0]["estimated_bytes"] == pytest.approx(4 * 124_439_808, rel=1e-3)
    assert rows[2]["estimated_bytes"] > 2 * 124_439_808
    assert rows[0]["setup"] == TRAINING["setup"]
    assert rows[2]["setup"] == {"context": 128, "sequences": 2, "block_size": 0}
    assert recorded(results)["device"] == "Test GPU"
    assert set(recorded(results)["versions"]) == {"torch", "transformers", "peft", "bitsandbytes"}
    assert gpu == ["training", "serving"]


@pytest.mark.torch
def test_without_a_gpu_it_says_so_and_leaves_the_file(results, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    results.write_text('{"cuda": {"rows": []}}')
    for arguments in (["cuda"], ["cuda", "--fresh"]):
        with pytest.raises(SystemExit, match="torch sees none here"):
            script.main(arguments)
    assert results.read_text() == '{"cuda": {"rows": []}}'


@pytest.mark.torch
def test_a_run_broken_off_goes_on_with_the_case_it_stopped_in(results, gpu, monkeypatch):
    from scripts import memory_probes as probes

    whole = probes.cuda_serving

    def break_off(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(probes, "cuda_serving", break_off)
    with pytest.raises(KeyboardInterrupt):
        script.main(["cuda"])
    before = recorded(results)["rows"]
    assert [row["what"] for row in before] == ["step 1", "step 2"]
    monkeypatch.setattr(probes, "cuda_serving", whole)
    script.main(["cuda"])
    assert recorded(results)["rows"][:2] == before
    assert [row["what"] for row in recorded(results)["rows"]] == ["step 1", "step 2", "prompt"]
    assert gpu == ["training", "serving"]
    script.main(["cuda"])
    assert gpu == ["training", "serving"], "nothing is measured twice"
    script.main(["cuda", "--fresh"])
    assert gpu == ["training", "serving"] * 2


def test_a_case_is_recorded_whole_or_not_at_all(results, monkeypatch):
    def half(case):
        yield {"model": case["model"], "what": "step 1", "measured_bytes": 1, "estimated_bytes": 1}
        raise MemoryError

    monkeypatch.setitem(script.WAYS, "cpu", half)
    known = {}
    with pytest.raises(MemoryError):
        script.measure("cpu", [TRAINING], known)
    assert known["cpu"]["rows"] == []
    assert not results.exists()


@pytest.mark.torch
@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize("what", ["device", "versions"])
def test_rows_of_another_device_or_version_are_not_mixed(results, monkeypatch, what):
    script.main(["cuda"])
    before = results.read_text()
    if what == "device":
        monkeypatch.setattr(script, "device", lambda _way: "Another GPU")
    else:
        monkeypatch.setattr(script.importlib.metadata, "version", lambda _package: "0.1")
    with pytest.raises(SystemExit, match=f"begun with {what} .*--fresh"):
        script.main(["cuda"])
    assert results.read_text() == before
    script.main(["cuda", "--fresh"])
    assert recorded(results)["device"] == ("Another GPU" if what == "device" else "Test GPU")


@pytest.mark.torch
def test_estimating_again_changes_nothing_but_a_wrong_estimate(results, gpu):
    script.main(["cuda"])
    right = json.loads(results.read_text())
    wrong = copy.deepcopy(right)
    for row in wrong["cuda"]["rows"]:
        row["estimated_bytes"] = 1
    results.write_text(json.dumps(wrong))
    script.main(["again"])
    assert json.loads(results.read_text()) == right
    assert len(gpu) == 2


def test_only_a_gpu_counts_dropout_in_attention():
    assert catalogue()["GPT-2"].architecture.dropout
    assert script.architecture_of("GPT-2", "cuda").dropout
    assert not script.architecture_of("GPT-2", "fake").dropout


def test_every_case_of_the_plan_names_a_model_and_a_setup_we_know():
    plan = json.loads((script.MEASUREMENTS / "memory_plan.json").read_text())
    for way in ("fake", "cuda"):
        for case in plan[way]:
            assert case["model"] in catalogue()
            kind = TrainingSetup if case["kind"] == "training" else script.ServingSetup
            kind(**case["setup"])


class Counter:
    """Stands for `torch.cuda`: notes the calls in their order, and answers a larger peak each time."""

    def __init__(self, monkeypatch) -> None:
        import torch

        from scripts import memory_probes as probes

        self.calls, self.peak = [], 0
        for name in ("empty_cache", "synchronize", "reset_peak_memory_stats"):
            monkeypatch.setattr(torch.cuda, name, lambda name=name: self.calls.append(name))
        monkeypatch.setattr(torch.cuda, "max_memory_allocated", self._read)
        monkeypatch.setattr(probes, "GPU", "cpu")

    def _read(self) -> int:
        self.calls.append("read")
        self.peak += 1
        return self.peak


# 2 layers of 7 matrices with A and B each, or their 7 matrices and 2 norms, the last norm, two embeddings
ADAPTERS, EVERYTHING = 2 * 7 * 2, 2 * 9 + 3


@pytest.mark.torch
@pytest.mark.parametrize(
    ("changes", "with_states"),
    [
        ({"method": "full"}, EVERYTHING),
        ({"method": "full", "attention": "eager", "optimizer": "adamw_fused"}, EVERYTHING),
        ({"method": "full", "optimizer": "adamw_8bit"}, EVERYTHING),
        ({"method": "full", "precision": "fp32", "optimizer": "sgd_momentum"}, EVERYTHING),
        ({"method": "full", "accumulation": 2, "checkpointing": True}, EVERYTHING),
        ({"method": "lora", "checkpointing": True}, ADAPTERS),
        ({"method": "lora", "precision": "bf16_autocast"}, ADAPTERS),
        ({"method": "qlora", "precision": "bf16_autocast"}, ADAPTERS),
        ({"method": "qlora", "precision": "bf16_autocast", "checkpointing": True}, ADAPTERS),
        ({"method": "qlora", "precision": "bf16_autocast", "double_quant": False}, ADAPTERS),
    ],
    ids=lambda value: " ".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_each_training_step_has_its_own_peak(monkeypatch, changes, with_states):
    """In every sort of set-up that the plan has for a GPU."""
    from scripts import memory_probes as probes

    counter, steps = Counter(monkeypatch), []
    true_step = probes.run_step

    def step(model, ids, optimizer, setup):
        counter.calls.append("step")
        true_step(model, ids, optimizer, setup)
        steps.append((ids.shape, len(optimizer.state)))

    monkeypatch.setattr(probes, "run_step", step)
    setup = TrainingSetup(**{"precision": "bf16", "batch": 2, "sequence": 16, "rank": 2, **changes})
    peaks = probes.cuda_training(SMALL, from_config(SMALL, name="small"), setup)
    one = ["synchronize", "reset_peak_memory_stats", "step", "synchronize", "read"]
    assert counter.calls == ["empty_cache", *one, *one]
    assert peaks == (1, 2)
    assert [shape for shape, _ in steps] == [(2, 16)] * 2
    assert steps[0][1] == with_states


@pytest.mark.torch
@pytest.mark.parametrize("attention", ["eager", "fused"])
def test_the_prompts_peak_is_read_before_anything_is_written(monkeypatch, attention):
    from scripts import memory_probes as probes

    counter = Counter(monkeypatch)
    arch = from_config(SMALL, name="small")
    assert probes.cuda_serving(SMALL, arch, attention, 2, 16) == (1, 2)
    reset, read = "reset_peak_memory_stats", "read"
    assert counter.calls == ["empty_cache", reset, read, reset, read]
