"""A chat template rendered as transformers renders it, without transformers.

The environment is that of `transformers.utils.chat_template_utils._cached_compile_jinja_template` (5.23): Jinja's
ImmutableSandboxedEnvironment with the same settings, extensions, filters and names; a test holds the two against each
other. The sandbox hides Python's internals and has no loader, so a template opens no file. It does not stop a template
that computes for ever: one that a stranger wrote is rendered by `own_template`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from lib.lesson.prompt_formats.errors import TemplateError

FILENAME = "<template>"
"""What Jinja calls the file of a template that was given as text."""
MOST_LETTERS_OF_AN_ERROR = 300


def render_template(
    template: str, messages: Sequence[Mapping[str, str]], *, add_generation_prompt: bool, **tokens: str
) -> str:
    """The text that `tokenizer.apply_chat_template(messages, tokenize=False)` gives.

    tokens  the tokenizer's special tokens by name: bos_token, eos_token

    Raises TemplateError, naming the template's line where there is one.
    """
    try:
        return compiled(template).render(
            messages=list(messages), tools=None, documents=None, add_generation_prompt=add_generation_prompt, **tokens
        )
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(_short_error(error.message or "cannot be read"), error.lineno) from None
    except MemoryError:
        raise TemplateError("writes more than there is memory for", None) from None
    except RecursionError:
        raise TemplateError("calls itself without an end", None) from None
    except Exception as error:  # whatever a template may do wrong: it is a program
        raise TemplateError(_meaning(error), _line_of_error(error)) from None


@cache
def compiled(template: str) -> jinja2.Template:
    return _environment().from_string(template)


class GenerationTag(Extension):
    """{% generation %} … {% endgeneration %}, with which a template marks answers: what is inside is written as is."""

    tags = frozenset({"generation"})

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body).set_lineno(line)


class TemplateDict:
    """`dict` for templates, without its attributes."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict:
        return dict(*args, **kwargs)

    def fromkeys(self, *args: Any, **kwargs: Any) -> dict:
        return dict.fromkeys(*args, **kwargs)


class TemplateNamespace(Namespace):
    """`namespace` for templates, without names that begin with an underscore."""

    def __init__(*args: Any, **kwargs: Any) -> None:
        self, args = args[0], args[1:]
        values = dict(*args, **kwargs)
        for name in values:
            TemplateNamespace.check(name)
        Namespace.__init__(self, values)

    def __setitem__(self, name: str, value: Any) -> None:
        TemplateNamespace.check(name)
        Namespace.__setitem__(self, name, value)

    @staticmethod
    def check(name: Any) -> None:
        if isinstance(name, str) and name.startswith("_"):
            raise jinja2.exceptions.SecurityError(f"a namespace has no name that begins with an underscore, as {name}")


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationTag, loopcontrols]
    )
    environment.filters["tojson"] = _tojson
    environment.globals.update(
        raise_exception=_raise_exception,
        strftime_now=lambda form: datetime.now().strftime(form),
        dict=TemplateDict(),
        namespace=TemplateNamespace,
    )
    return environment


def _raise_exception(message: str) -> None:
    raise jinja2.TemplateError(message)


def _tojson(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _line_of_error(error: BaseException) -> int | None:
    """The template's line where it went wrong, by the traceback, in which Jinja puts the template's own lines."""
    line, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == FILENAME:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _meaning(error: Exception) -> str:
    if isinstance(error, jinja2.exceptions.SecurityError):
        return f"is not allowed to do this ({_short_error(str(error))})"
    if isinstance(error, TypeError) and "no loader" in str(error):
        return "cannot take in another file; a chat template is one text"
    if isinstance(error, jinja2.TemplateError):
        return _short_error(error.message or type(error).__name__)
    return f"{_short_error(str(error))} ({type(error).__name__})"


def _short_error(text: str) -> str:
    return text if len(text) <= MOST_LETTERS_OF_AN_ERROR else text[:MOST_LETTERS_OF_AN_ERROR] + "…"
