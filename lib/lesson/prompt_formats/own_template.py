"""A pasted template, rendered in a process of its own.

Jinja's sandbox keeps a template from files and from Python's internals, and no range in it is longer than 100,000. It
stops neither three loops inside one another nor 9 ** (9 ** 9). A process can be ended: it has SECONDS of the clock, and
where the system has such limits (not on Windows) as many of the processor and MEMORY_BYTES of memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass

from lib.lesson.prompt_formats.conversation import Conversation
from lib.lesson.prompt_formats.errors import FormatError, TemplateError
from lib.lesson.prompt_formats.sandbox import render_template
from lib.places import ROOT

SECONDS = 5
MEMORY_BYTES = 512_000_000
MOST_LETTERS = 20_000
"""Of a template: four times as many as the longest here has."""
MOST_WRITTEN = 40_000
"""Letters shown: about 10,000 tokens of English, at 4 letters a token."""


@dataclass(frozen=True)
class OwnTemplate:
    """A pasted template and what it is to render. Raises FormatError for one that is empty or too long."""

    template: str
    conversation: Conversation
    bos_token: str = ""
    eos_token: str = ""
    add_generation_prompt: bool = True

    def __post_init__(self) -> None:
        if not self.template.strip():
            raise FormatError("The template is empty; paste one, or start from one of those above")
        if len(self.template) > MOST_LETTERS:
            raise FormatError(
                f"A template may have up to {MOST_LETTERS:,} characters; this one has {len(self.template):,}"
            )


@dataclass(frozen=True)
class OwnRendered:
    text: str
    cut: int
    """Letters that were written beyond those in `text`."""


def render_own(wanted: OwnTemplate) -> Iterator[OwnRendered]:
    """What the template writes. Raises TemplateError, naming the line where there is one."""
    request = json.dumps(asdict(wanted))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "lib.lesson.prompt_formats.own_template"],
            cwd=ROOT,
            input=request,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TemplateError(f"did not end within {SECONDS} s and was stopped; look for a loop inside a loop") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise TemplateError("took more time or memory than it may, and its process was ended") from None
    if "what" in answer:
        raise TemplateError(answer["what"], answer["line"])
    yield OwnRendered(answer["text"], answer["cut"])


def answer_to(request: dict) -> dict:
    """What the process of its own says: the text, or what is wrong and in which line."""
    try:
        text = render_template(
            request["template"],
            request["conversation"]["turns"],
            add_generation_prompt=request["add_generation_prompt"],
            bos_token=request["bos_token"],
            eos_token=request["eos_token"],
        )
    except TemplateError as error:
        return {"what": error.what, "line": error.line}
    return {"text": text[:MOST_WRITTEN], "cut": max(0, len(text) - MOST_WRITTEN)}


def limit_this_process() -> None:
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        with suppress(ValueError, OSError):  # macOS takes no limit of memory
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="ascii")
    limit_this_process()
    json.dump(answer_to(json.load(sys.stdin)), sys.stdout)
