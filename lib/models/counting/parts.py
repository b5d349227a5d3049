"""Which part of a model each of its tensors belongs to, and the tensors of one kind put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from torch import nn

from lib.memory.model.inventory.tensors import Part, Weights
from lib.models.counting.build import language_decoder, speaking_part

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Read against the class and the name of each module around a tensor, innermost first; the first rule that fits wins
RULES = tuple(
    (part, re.compile(rule, re.IGNORECASE))
    for part, rule in (
        (Part.NORMS, r"norm(_\w|\d|1P|Gated)?$|^ln_|_ln$|^ln\d?$"),
        (Part.ROUTER, r"router|TopK|MoEGate$|shared_expert_gate|^gate$"),
        (Part.SHARED_EXPERTS, r"shared_?(expert|mlp)"),
        (Part.EXPERTS, r"experts?$|Expert(MLP|GLU)|^experts?_|NaiveMoe"),
        (
            Part.STATE,
            r"mamba|deltanet|linear_?attn|linearattention|lightning|(?<![oe])ssm|recurrent(?!gemma)|shortconv|rwkv|retention|mlstm",
        ),
        (Part.ATTENTION, r"attention|attn|indexer|compressor|selfoutput"),
        (Part.MLP, r"mlp|feed_?forward|ffn|intermediate|output$|^fc\d?$|Dense(Gated)?Act|^w[io](_\d)?$"),
        (Part.STATE, r"mixer|^conv$|(?-i:^linear$)"),  # the last is a name, Zamba's from attention into a Mamba layer
        (Part.EMBEDDING, r"embed|^wte$|^wpe$"),
    )
)
NUMBER = re.compile(r"(?<=\.)\d+(?=\.)")
CONVOLUTION = re.compile(r"(^|_)conv(\d|_|$)")  # of a model that hears: how it takes sound in, and a Conformer's own
EXPERTS = re.compile(r"^experts?(_\d+)?$")
SPEECH = re.compile(r"audio|speech|talker|code2wav|token2wav|codec", re.IGNORECASE)


def weights_of(model: PreTrainedModel) -> tuple[Weights, ...]:
    """Every tensor of the model once, those of one kind together, in the model's order."""
    places = _Places(model)
    groups: dict[tuple, list[str]] = {}
    for path, parameter in model.named_parameters():
        part, module = places.part(path), places.kind(path)
        key = (NUMBER.sub("*", path), tuple(parameter.shape), part, module)
        groups.setdefault(key, []).append(path)
    return tuple(
        Weights(path, shape, len(paths), part, module, _layer_indices(paths))
        for (path, shape, part, module), paths in groups.items()
    )


def path_of_head(model: PreTrainedModel) -> str:
    """The name, as in `weights_of`, of the tensor that the output matrix is; empty where there is none."""
    head = speaking_part(model).get_output_embeddings()
    paths = (path for path, parameter in model.named_parameters() if head is not None and parameter is head.weight)
    return next((NUMBER.sub("*", path) for path in paths), "")


def _layer_indices(paths: list[str]) -> tuple[int, ...]:
    found = [NUMBER.search(path) for path in paths]
    return tuple(sorted({int(match.group()) for match in found if match}))


def _part_by_name(name: str, kind: str) -> Part | None:
    return next((part for part, rule in RULES if rule.search(name) or rule.search(kind)), None)


class _Places:
    """Knows where in the model a path is."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.modules = dict(model.named_modules())
        decoder = language_decoder(model)
        self.language = None
        if decoder is not None:
            self.language = next(name for name, module in self.modules.items() if module is decoder)
        towers = " ".join({**model.config.sub_configs, **speaking_part(model).config.sub_configs})
        self.only_hears = bool(SPEECH.search(towers)) and not re.search("vision|image|visual", towers)
        self.hears = model.main_input_name in ("input_features", "input_values")
        head = speaking_part(model).get_output_embeddings()
        self.head = next((name for name, module in self.modules.items() if module is head), None) if head else None

    def kind(self, path: str) -> str:
        module = self.modules.get(path.rsplit(".", 1)[0])
        if isinstance(module, nn.Linear):
            return "Linear"
        return type(module).__name__ if module is not None else ""

    def part(self, path: str) -> Part:
        if self._is_head(path):
            return Part.HEAD
        if self.language is not None and not path.startswith(f"{self.language}."):
            return Part.AUDIO if SPEECH.search(path) or self.only_hears else Part.VISION
        around = list(self._around(path))
        if self.hears and any(CONVOLUTION.search(name) for name, _ in around):
            return Part.CONVOLUTION
        found = next((part for name, kind in around if (part := _part_by_name(name, kind)) is not None), Part.OTHER)
        if found is Part.MLP and any(EXPERTS.search(name) for name, _ in around):  # experts.expert_3.wi
            return Part.EXPERTS
        return found

    def _is_head(self, path: str) -> bool:
        pieces = path.split(".")
        named = pieces[0] in ("cls", "score", "head") or "lm_head" in pieces  # inside a model that has towers beside
        return named or (self.head is not None and path.startswith(f"{self.head}."))

    def _around(self, path: str) -> Iterator[tuple[str, str]]:
        """(name, class) of the tensor itself and the modules around it, innermost first, the whole model left out."""
        pieces = path.split(".")
        yield pieces[-1], ""
        for end in range(len(pieces) - 1, 0, -1):
            name = ".".join(pieces[:end])
            if name in self.modules and not pieces[end - 1].isdigit():
                yield pieces[end - 1], type(self.modules[name]).__name__
