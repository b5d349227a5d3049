"""What a run trains, put on a model, saved and restored. Imports torch and peft: worker only."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from peft import IA3Config, LoraConfig, PeftConfig, PeftModel, PrefixTuningConfig, PromptTuningConfig, get_peft_model
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.memory.model.module_names import STORED_TRANSPOSED, own_names
from lib.models import catalogue
from lib.models.borrow import own_modules
from lib.models.load import best_device, multiplies_bf16
from lib.places import BUNDLED_IN_REPOSITORY
from lib.quant.measure.loading.true_bytes import numbers_in
from lib.training.errors import TrainingError
from lib.training.events import Checkpoint
from lib.training.methods.bottleneck import put_bottlenecks
from lib.training.methods.catalogue import methods
from lib.training.methods.counting import ia3_targets
from lib.training.methods.in_front import AfterExamples
from lib.training.run import FineTuningRun
from lib.training.texts.batches import labelled, pick

SINGULAR_VALUES_OF_A_WIDE_MODEL = "pissa_niter_4"
"""PiSSA's fast start, "several seconds" instead of minutes (arXiv 2404.02948, section 3): 4 subspace iterations."""
LARGEST_TO_PASS_ON_BYTES = 100_000_000
"""A checkpoint or an adapter goes from the worker to the page; what is larger stays where it is."""
IN_FRONT_AT_MOST = 1 / 2
"""Of the positions that a model has, for examples."""


def base_precision(model: str) -> str:
    """What the frozen base is held in; the adapter is fp32.

    16 bits for a large one, as LoRA is used, where the hardware multiplies them itself. A processor that cannot is
    three times slower with them (measured: SmolLM2-135M, 3.0 s a step in bf16 and 1.1 s in fp32 on AVX-512).
    """
    return "bf16" if catalogue.catalogue()[model].wide and multiplies_bf16(best_device()) else "fp32"


def precision_of(run: FineTuningRun) -> str:
    """What the base of a run is held in. Weights that are trained themselves are fp32: a small update of a number in
    16 bits is lost in rounding."""
    method = methods()[run.method]
    usual = "fp32" if method.own_weights else base_precision(run.model)
    return run.base_in or method.precision or usual


def with_adapter(
    base: PreTrainedModel, run: FineTuningRun, tokenizer: PreTrainedTokenizerBase | None = None
) -> nn.Module:
    """`base` with what the run's method trains, which alone asks for gradients; a peft adapter names a base anyone can
    get.

    A shared base keeps its modules and its weights; one that is the run's own (`Method.own_weights`) is changed. The
    method few_shot needs the `tokenizer`.
    """
    model = base if methods()[run.method].own_weights else own_modules(base)
    if run.method == "base":
        return model.requires_grad_(False)
    if run.method == "full":
        return model.requires_grad_(True)
    if run.method == "bottleneck":
        return put_bottlenecks(model, run.bottleneck)
    if run.method == "few_shot":
        return AfterExamples(model.requires_grad_(False), examples(model, tokenizer, run))
    model = get_peft_model(model, _config(run, base.config.model_type))
    card = catalogue.catalogue()[run.model]
    config = model.peft_config[model.active_adapter]
    config.base_model_name_or_path, config.revision = card.hub_id or BUNDLED_IN_REPOSITORY, card.revision
    return model


def _config(run: FineTuningRun, model_type: str) -> PeftConfig:
    """Of a method that peft has. Matrices are named as the model names them."""
    if run.method in ("prompt", "prefix"):
        return {"prompt": prompt_config, "prefix": prefix_config}[run.method](run)
    transposed = model_type in STORED_TRANSPOSED
    if run.method == "ia3":
        return ia3_config(*ia3_targets(model_type), transposed=transposed)
    targets = own_names(model_type, run.target_modules)
    if run.method == "pissa":
        return pissa_config(run, targets, wide=catalogue.catalogue()[run.model].wide, transposed=transposed)
    return lora_config(run, targets, transposed=transposed)


def lora_config(run: FineTuningRun, targets: Sequence[str], *, transposed: bool = False) -> LoraConfig:
    """`transposed`: whether the model keeps its matrices as inputs × outputs."""
    return LoraConfig(
        r=run.rank,
        lora_alpha=run.lora_alpha,
        lora_dropout=run.lora_dropout,
        target_modules=list(targets),
        layers_to_transform=list(run.layers) or None,
        fan_in_fan_out=transposed,
        use_rslora=run.method == "rslora",
        use_dora=run.method == "dora",
        task_type="CAUSAL_LM",
    )


def pissa_config(run: FineTuningRun, targets: Sequence[str], *, wide: bool, transposed: bool = False) -> LoraConfig:
    """PiSSA (Meng et al. 2024): the matrices begin as W's largest singular directions."""
    config = lora_config(run, targets, transposed=transposed)
    config.lora_alpha = run.rank  # else W would not be its two parts' sum
    config.init_lora_weights = SINGULAR_VALUES_OF_A_WIDE_MODEL if wide else "pissa"
    return config


def prompt_config(run: FineTuningRun) -> PromptTuningConfig:
    return PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=run.virtual_tokens)


def prefix_config(run: FineTuningRun) -> PrefixTuningConfig:
    return PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=run.virtual_tokens)


def ia3_config(targets: Sequence[str], feedforward: str, *, transposed: bool = False) -> IA3Config:
    return IA3Config(
        task_type="CAUSAL_LM",
        target_modules=list(targets),
        feedforward_modules=[feedforward],
        fan_in_fan_out=transposed,
    )


def examples(base: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, run: FineTuningRun) -> list[int]:
    """Token ids of the run's examples, which its seed chooses, each closed by the end-of-text token.

    Raises TrainingError if they leave too little room for a text.
    """
    texts = pick(run.data.training, 1, run, run.examples)
    ids = [token for text in texts for token in labelled(text, tokenizer, "text")[0]]
    room = int(base.config.max_position_embeddings * IN_FRONT_AT_MOST)
    if len(ids) > room:
        raise TrainingError(
            f"{run.examples} examples are {len(ids)} tokens, and the prompt has room for {room} of the "
            f"{base.config.max_position_embeddings} that this model reads at once; take fewer examples"
        )
    return ids


@contextmanager
def base_alone(model: nn.Module) -> Iterator[nn.Module]:
    """The base model before the first step, as it is without what was put on it.

    Where nothing can be taken off (every weight is trained, or is a part of the adapter), what was put on has changed
    nothing yet.
    """
    if isinstance(model, AfterExamples):
        yield model.model
    elif isinstance(model, PeftModel) and model.active_peft_config.is_prompt_learning:
        yield model.get_base_model()
    elif isinstance(model, PeftModel) and not took_weights_apart(model):
        trained = trainable_parameters(model)
        with model.disable_adapter():
            yield model
        # Put back by peft, all of an adapter asks for gradients again, also what was frozen on purpose.
        model.requires_grad_(False)
        for parameter in trained:
            parameter.requires_grad_(True)
    else:
        yield model


def took_weights_apart(model: nn.Module) -> bool:
    """Whether it is PiSSA's: part of each frozen weight has become the adapter's first value."""
    config = model.active_peft_config if isinstance(model, PeftModel) else None
    return str(getattr(config, "init_lora_weights", "")).startswith("pissa")


def trainable_parameters(model: nn.Module) -> list[nn.Parameter]:
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def count_parameters(model: nn.Module) -> int:
    """All of the model's, also of those that are held in 4 bits."""
    return sum(map(numbers_in, model.parameters()))


def saved(model: nn.Module, optimizer: torch.optim.Optimizer) -> bytes | None:
    """What is trained and the optimiser's state as a torch file; None where that is too large to pass on."""
    trained = {name: tensor.detach() for name, tensor in model.named_parameters() if tensor.requires_grad}
    if 3 * sum(tensor.nbytes for tensor in trained.values()) > LARGEST_TO_PASS_ON_BYTES:
        return None
    buffer = io.BytesIO()
    torch.save({"trained": trained, "optimizer": optimizer.state_dict()}, buffer)
    return buffer.getvalue()


def restore(checkpoint: Checkpoint | None, model: nn.Module, optimizer: torch.optim.Optimizer | None = None) -> None:
    """Put a checkpoint back, if there is one; without `optimizer` to read, not to go on."""
    if checkpoint is None:
        return
    state = torch.load(io.BytesIO(checkpoint.state), map_location=model.device, weights_only=True)
    model.load_state_dict(state["trained"], strict=False)
    if optimizer is not None:
        optimizer.load_state_dict(state["optimizer"])
