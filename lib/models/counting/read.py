"""A config.json as transformers reads it: which of its classes, and what has to be said about either."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Iterator

import transformers
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.models.auto import modeling_auto
from transformers.models.auto.configuration_auto import CONFIG_MAPPING, CONFIG_MAPPING_NAMES

from lib.memory.errors import CannotEstimateError
from lib.memory.model.config_text import aliases, letters_of, miscounted, short

DECODERS = (
    modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    modeling_auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES,
    modeling_auto.MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES,
)
OTHERS = (
    modeling_auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
    modeling_auto.MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING_NAMES,
    modeling_auto.MODEL_MAPPING_NAMES,
)
ENCODERS = modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES
TOWER_CONFIGS = ("vision", "audio", "image", "speech", "qformer", "vq")


def read(config: dict) -> tuple[PreTrainedConfig, type[PreTrainedModel], list[str]]:
    """The config object, the class to build from it, and what has to be said about either.

    Raises CannotEstimateError for a type that transformers does not know, naming it; where a field is wrong, whatever
    error transformers makes of it, of which `fault` makes a sentence.
    """
    config = copy.deepcopy(config)
    config.pop("quantization_config", None)  # counted as stored elsewhere; here it would ask for libraries
    config.pop("auto_map", None)
    notes = []
    given = config.get("model_type")
    known = _known_type(given, config.get("architectures"))
    if (why := miscounted().get(known)) is not None:
        raise CannotEstimateError(why)
    if known != given:
        said = f"model_type {short(given)}" if given else "The config has no model_type; by its class it"
        notes.append(f"{said} is built as {known!r}.")
    config["model_type"] = known
    _rename_nested(config)
    made = CONFIG_MAPPING[known].from_dict(config)
    _tie_as_the_language_model(made, config)
    kind = _model_class(made, config.get("architectures"))
    return made, kind, [*notes, *_said_of_the_class(config.get("architectures"), kind)]


def _said_of_the_class(architectures: object, kind: type[PreTrainedModel]) -> Iterator[str]:
    """A config may ask for a class of its author's own, such as EAGLE's draft of a Llama."""
    wanted = architectures[0] if isinstance(architectures, list) and architectures else None
    if (
        isinstance(wanted, str)
        and _class_named(architectures) is None
        and letters_of(wanted) != letters_of(kind.__name__)
    ):
        yield (
            f"The config asks for {short(wanted)}, which transformers does not know: counted is {kind.__name__}, "
            "without what the other has of its own."
        )


def _tie_as_the_language_model(made: PreTrainedConfig, config: dict) -> None:
    """Whether the output head is tied, where only the nested config of the language model says it.

    transformers 5 looks in the outer config and ties by its default; the checkpoints were saved by transformers 4,
    which asked the inner one (InternVL3-8B and Mistral Small 3.1 have heads of their own).
    """
    outer = getattr(made, "thinker_config", made)
    written = config.get("thinker_config", config) if outer is not made else config
    text = outer.get_text_config(decoder=True)
    silent = isinstance(written, dict) and "tie_word_embeddings" not in written
    said = value_of(text, "tie_word_embeddings")
    if silent and said is not None and text is not outer and not outer.is_encoder_decoder:
        outer.tie_word_embeddings = said


def language_alone(config: dict, made: PreTrainedConfig) -> dict | None:
    """The config of the language model inside this one, to be counted by itself; None where it has none."""
    text = made.get_text_config(decoder=True)
    inside = next((config[name] for name in made.sub_configs if value_of(made, name) is text and name in config), None)
    return {"model_type": text.model_type, **inside} if isinstance(inside, dict) and text is not made else None


def _known_type(given: object, architectures: object) -> str:
    if given in (None, "") and (named := _class_named(architectures)) is not None:
        return named.config_class.model_type  # as configs of 2019 leave it out
    if not isinstance(given, str) or not given:
        raise CannotEstimateError('The config has no model_type such as "llama", so nobody can know how it is built.')
    if given in aliases():
        return aliases()[given]
    named = _class_named(architectures)
    if given in CONFIG_MAPPING_NAMES:
        return given if named is None or _belongs(named, given) else named.config_class.model_type
    if named is not None:
        return named.config_class.model_type
    near = [name for name in CONFIG_MAPPING_NAMES if letters_of(name) == letters_of(given)]
    if near:
        raise CannotEstimateError(
            f"model_type {short(given)} is no type of transformers': write {near[0]!r} if it is that."
        )
    raise CannotEstimateError(
        f"model_type {short(given)} is not one that transformers {transformers.__version__} can build without code "
        "from its author, and such code is not run here: give its number of parameters or its shape instead."
    )


def _rename_nested(config: dict) -> None:
    """Aliases inside nested configs, which transformers would look up itself."""
    for value in config.values():
        if isinstance(value, dict):
            kind = value.get("model_type")
            if isinstance(kind, str) and kind in aliases() and kind not in CONFIG_MAPPING_NAMES:
                value["model_type"] = aliases()[kind]
            _rename_nested(value)


def _class_named(architectures: object) -> type[PreTrainedModel] | None:
    name = architectures[0] if isinstance(architectures, list) and architectures else None
    found = getattr(transformers, name, None) if isinstance(name, str) and name.isidentifier() else None
    is_model = isinstance(found, type) and issubclass(found, PreTrainedModel)
    return found if is_model and found.config_class is not None else None


def _belongs(named: type[PreTrainedModel], given: str) -> bool:
    """Whether the class is of the type, or of a part of it; MiniMax-M2's first config says "minimax", another model."""
    own, kind = CONFIG_MAPPING[given], named.config_class
    return issubclass(own, kind) or issubclass(kind, own) or kind in own.sub_configs.values()


def is_encoder(config: PreTrainedConfig, kind: type[PreTrainedModel] | None = None) -> bool:
    """Whether a model of this config (and class, once that is chosen) reads a text and writes none."""
    if config.is_encoder_decoder or getattr(config, "is_decoder", False):
        return False
    if value_of(config, "use_bidirectional_attention") in (True, "all"):  # EmbeddingGemma
        return True
    writing = (*DECODERS, *OTHERS[:2])  # models that hear and write are listed with those from speech to text
    if config.model_type in ENCODERS:
        return True
    generates = kind is not None and kind.can_generate()  # speech or pictures, in no list (CSM, ImageGPT)
    return not generates and not any(config.model_type in names for names in writing)


def _model_class(made: PreTrainedConfig, architectures: object) -> type[PreTrainedModel]:
    """The class that the config names, else transformers' class for the type with the output matrix it has."""
    kind = made.model_type
    named = _class_named(architectures)
    if named is not None and named.config_class is type(made):
        return named
    order = (*DECODERS, *OTHERS)
    if made.is_encoder_decoder:  # some have a class of their decoder alone
        order = (*OTHERS[:-1], *DECODERS, OTHERS[-1])
    heads, trunk = [], []
    for names in (ENCODERS, *order) if is_encoder(made) else order:
        name = names.get(kind)
        found = getattr(transformers, name[0] if isinstance(name, tuple | list) else name, None) if name else None
        if found is None:
            continue
        if names is not modeling_auto.MODEL_MAPPING_NAMES:
            heads.append(found)
        elif not kind.endswith("_text"):
            trunk.append(found)
    own = [*_classes_of(made)]
    writers = [found for found in own if found.can_generate()]
    fitting = [found for found in (*heads, *writers, *trunk) if found.config_class is type(made)]
    candidates = [*fitting, *([] if _is_part(made) else own), *heads, *trunk]
    if not candidates:
        wanted = architectures[0] if isinstance(architectures, list) and architectures else ""
        rest = "paste the whole model's config.json"
        if wanted and named is None:  # Step-3.5-Flash, whose layers are a part of Step 3.7 here
            rest = f"{short(wanted)}, which this config asks for, it does not know"
        raise CannotEstimateError(f"transformers builds {kind!r} only as a part of another model: {rest}.")
    return candidates[0]


def _classes_of(made: PreTrainedConfig) -> Iterator[type[PreTrainedModel]]:
    """The models of this config that transformers exports beside its lists of them, those with a head first."""
    try:
        module = importlib.import_module(type(made).__module__.replace(".configuration_", ".modeling_"))
    except ModuleNotFoundError:  # a family that has another's models (InternLM3 Llama's)
        return
    names = [
        name for name in getattr(module, "__all__", ()) if not name.endswith(("PreTrainedModel", "Classification"))
    ]
    for name in sorted(names, key=lambda name: "For" not in name):
        found = getattr(module, name)
        if isinstance(found, type) and issubclass(found, PreTrainedModel) and found.config_class is type(made):
            yield found


def _is_part(made: PreTrainedConfig) -> bool:
    """Whether another config of the same family has this one inside."""
    beside = vars(importlib.import_module(type(made).__module__)).values()
    wholes = [each for each in beside if isinstance(each, type) and issubclass(each, PreTrainedConfig)]
    return any(type(made) in each.sub_configs.values() for each in wholes)


def value_of(config: PreTrainedConfig, key: str) -> object:
    """A field's value; None where there is none, or where layers differ in it (which transformers makes an error)."""
    try:
        return getattr(config, key, None)
    except Exception:
        return config.to_dict().get(key)
