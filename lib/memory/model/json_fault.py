"""Why a pasted text is not JSON: what stands where, and what would be right, in one sentence.

Python's own messages name the rule that failed ("Expecting property name enclosed in double quotes"), which is seldom
what happened: a comma too many, a comment, a dict as Python prints it, a README in the config's place.
"""

from __future__ import annotations

import json
import re

PASTE = "paste the model's config.json from its opening { to its closing }"
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
OTHER_TEXTS = (
    (re.compile(r"https?://\S+$"), "This is an address, not what it leads to"),
    (re.compile(rf"{HUB_ID.pattern}$"), "This is a model's name: choose it from the hub, or"),
    (re.compile(r"<"), "This is a web page (HTML), not JSON: open the file as raw text, and"),
    (re.compile(r"GGUF"), "This is a GGUF file, weights and all"),
    (re.compile(r"PK\x03\x04|\x1f|.{0,8}\x00"), "This is a binary file, not JSON"),
    (re.compile(r"[A-Za-z]\w*Config\("), "This is Python code, not JSON: print the config's to_json_string(), or"),
    (re.compile(r"#|---\s|\*|>\s"), "This is a README or other text in Markdown, not JSON"),
    (re.compile(r"\w+ *:\s"), "This is YAML, not JSON"),
    (re.compile(r"[\w.]+ *= *|\[[\w.]+\]\s"), "This is code or a settings file, not JSON"),
    (re.compile(r'\s*"[\w.]+" *:'), "The opening { is missing"),
)  # fmt: skip
"""What a text is that does not begin as JSON does, by how it begins; what to do unless said is to paste the config."""
WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "nan": "NaN", "inf": "Infinity"}
SPACES = "\u00a0\u2007\u202f\u2009\u200b\ufeff"


def why_not_json(text: str, error: Exception, offset: int = 0) -> str:
    """One sentence on `error`, which reading `text` from `offset` on raised."""
    if isinstance(error, RecursionError):
        return "This JSON is nested too deep for a config.json, which is a few levels deep."
    if isinstance(error, UnicodeDecodeError):
        return f"This file is in no encoding that JSON knows: save it as UTF-8, or {PASTE}."
    if not isinstance(error, json.JSONDecodeError):  # Python's own bound on the digits of a number
        return f"This text has a number of thousands of digits, which no config.json has: {PASTE}."
    begin = text[offset:].lstrip()
    if not begin:
        return f"There is no JSON here: {PASTE}."
    if begin[0] not in '{["' or re.match(r'"\w+" *:|\[[A-Za-z_.]+\]', begin):
        return _other_text(begin)
    at = offset + error.pos
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
    found = _what_stands(text, at, error.msg)
    return f"This is not JSON: at line {line:,}, column {column:,} {found}."


def _other_text(begin: str) -> str:
    said = next((what for rule, what in OTHER_TEXTS if rule.match(begin)), None)
    if said is None:
        said = f"This is not JSON, it begins with “{_piece(begin, 0)}”"
    return f"{said}{' ' if said.endswith(('and', 'or')) else ': '}{PASTE}."


def _what_stands(text: str, at: int, rule: str) -> str:
    """What is wrong at `at`, and what would be right."""
    rest = text[at:]
    before = text[:at].rstrip()
    if rule.startswith("Invalid \\"):
        return _escape(text, at)
    if rule.startswith("Unterminated string"):
        return "a text begins whose closing quote is missing: the end of the config may be cut off"
    if rule.startswith("Invalid control"):
        return "a text in quotes has a line break or another control character in it: close its quotes before that"
    if not rest.strip():
        return "the text ends before the closing }: paste all of it"
    for failed, ends, begins, said in FAULTS:
        if rule.startswith(failed) and re.search(ends, before) and re.match(begins, rest):
            word = _word(rest)
            token = re.match(r"[^,}\]\s]*", rest)[0][:20]
            parts = {"piece": _piece(text, at), "rest": rest[0], "word": word, "token": token}
            return said.format(right=WORDS.get(word, word), number=_number(before), **parts)
    return f"there is “{_piece(text, at)}” where {EXPECTED.get(rule, 'something else')} must stand"


EXPECTED = {
    "Expecting property name enclosed in double quotes": "a field's name in double quotes",
    "Expecting value": "a value",
    "Expecting ',' delimiter": "a comma or a closing bracket",
    "Expecting ':' delimiter": "a colon",
}


def _escape(text: str, at: int) -> str:
    letter = text[at + 1 : at + 2]
    if letter == "u":
        return "\\u must be followed by four hexadecimal digits"
    shown = letter if letter.isprintable() else repr(letter)
    alone = "" if letter.isalnum() else f"“{shown}” alone, or "
    return (
        f"the backslash before “{shown}” begins no escape that JSON knows: write {alone}“\\\\{shown}” where a "
        "backslash is meant"
    )


FAULTS = (  # the rule that failed, what stands before, what stands there, and what that is
    ("", r"", r"#|//|/\*", "there is a comment (“{piece}”), which JSON does not have: leave it out"),
    ("", r",$", r"[}\]]", "a bracket closes after a comma: leave the comma out, JSON has none after the last field"),
    ("", r",$", r",", "two commas follow each other: leave one out"),
    ("", r"", r"['`]", "there is a single quote, as Python prints them: JSON's quotes are double (see json.dumps)"),
    ("", r"", r"[“”„‘’«»]", 'there is “{rest}”, a quotation mark of a word processor: JSON needs the plain "'),
    ("", r"", rf"[{SPACES}]", "there is a special space, as web pages have it: type a plain one"),
    ("", r"", r"\.\.\.|…", "something is left out (“…”): paste the whole config.json"),
    ("", r"", r"\\", "there is a backslash outside of quotes: leave it out"),
    ("", r"", r"&", "there is a sign as web pages write it (&quot; for a quote): copy the file's raw text"),
    ("Expecting prop", r"\d,$", r"\d", "a number goes on after a comma: write 4096, not 4,096"),
    ("Expecting value", r"", rf"({'|'.join(WORDS)})\b", "there is {word}: JSON writes {right}"),
    ("Expecting prop", r"", r"[A-Za-z_]", 'the name {word} has no quotes: write "{word}"'),
    ("Expecting value", r"", r"[A-Za-z_]", 'the value {word} has no quotes: write "{word}"'),
    ("Expecting ','", r"\d$", r'[^";\s]', "a number goes on as “{number}{token}”: write its decimal digits alone"),
    ("Expecting ','", r"", r'["{\[]', "a comma is missing before what follows"),
    ("Extra data", r"[}\]]$", r"", "the config is over and “{piece}” follows: paste one config alone"),
)  # fmt: skip


def _word(text: str) -> str:
    found = re.match(r"[A-Za-z_][\w.]*", text)
    return found[0][:30] if found else ""


def _number(before: str) -> str:
    return re.search(r"[\d.]*$", before)[0][-20:]


def _piece(text: str, at: int) -> str:
    """What stands at `at`, to the end of its line and short."""
    line = " ".join(text[at : at + 40].split("\n")[0].split())
    line = "".join(each for each in line if each.isprintable())
    return line if len(line) <= 24 else line[:23] + "…"
