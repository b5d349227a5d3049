"""Bytes to text: what encoding a file is in, and what to do when its lines disagree."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from lib.metrics.errors import CorpusError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_KNOWN_BINARY = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet table"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
)
_OTHER_SCRIPTS = {
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp932": "Shift JIS (Japanese)",
    "cp949": "EUC-KR (Korean)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
}
_REMEDY = "save the table as CSV, TSV or JSONL (in a spreadsheet: File, Save as, CSV UTF-8) and upload that"
_SAMPLE_BYTES = 200_000


@dataclass(frozen=True)
class Decoded:
    text: str
    encoding: str
    """In words a spreadsheet uses: UTF-8, UTF-16, Windows-1252 …"""
    notes: tuple[str, ...] = ()


def decode(data: bytes) -> Decoded:
    """The text of a file. Byte order mark, else UTF-8, else a guess that says so; CorpusError for no text at all."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _by_mark(data, codec, name)
    for magic, what in _KNOWN_BINARY:
        if data.startswith(magic):
            raise CorpusError(f"This file is {what}, not text: {_REMEDY}.")
    if b"\x00" in data[:_SAMPLE_BYTES]:
        return _utf_16_without_mark(data)
    try:
        return Decoded(data.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        return _not_utf_8(data)


def _by_mark(data: bytes, codec: str, name: str) -> Decoded:
    try:
        return Decoded(data.decode(codec), name)
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"The file begins as {name} but breaks off being that at byte {error.start:,}: it is damaged; {_REMEDY}."
        ) from error


def _utf_16_without_mark(data: bytes) -> Decoded:
    """Latin letters in UTF-16 are every other byte 0; anything else with zeros in it is no text."""
    sample = data[:_SAMPLE_BYTES]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    for zeros, others, codec in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > 0.3 * len(sample) / 2 and others < 0.02 * len(sample) / 2:
            try:
                return Decoded(
                    data.decode(codec), "UTF-16", ("The file has no byte order mark; it was read as UTF-16.",)
                )
            except UnicodeDecodeError:
                break
    raise CorpusError(f"This file is binary, not text: {_REMEDY}.")


def _not_utf_8(data: bytes) -> Decoded:
    lines = data.split(b"\n")
    foreign = [number for number, line in enumerate(lines, start=1) if not _is_utf_8(line)]
    proper = any(not line.isascii() and _is_utf_8(line) for line in lines)
    if proper:
        return _mixed(lines, foreign)
    codec = _guess(b"\n".join(lines[number - 1] for number in foreign)[:_SAMPLE_BYTES])
    text = _western(data) if codec == "cp1252" else data.decode(codec, errors="replace")
    if _unprintable_share(text) > 0.05:
        raise CorpusError(f"This file is binary, not text: {_REMEDY}.")
    name = _spoken(codec)
    note = f"The file is not UTF-8; it looks like {name} and was read as that. Look at accents in the preview."
    return Decoded(text, name, (note,))


def _mixed(lines: list[bytes], foreign: list[int]) -> Decoded:
    """Most of the file is UTF-8 and some lines are not: read those as Windows-1252 and say which."""
    text = "\n".join(line.decode("utf-8") if _is_utf_8(line) else _western(line) for line in lines)
    shown = ", ".join(f"{number:,}" for number in foreign[:8])
    more = f" and {len(foreign) - 8:,} more" if len(foreign) > 8 else ""
    note = (
        f"Two encodings are mixed in this file: line {shown}{more} is not UTF-8 as the rest is. "
        "These lines were read as Windows-1252; look at them before trusting their scores."
    )
    return Decoded(text, "UTF-8 and Windows-1252 mixed", (note,))


def _western(line: bytes) -> str:
    try:
        return line.decode("cp1252")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _guess(sample: bytes) -> str:
    """Western text has accents one at a time among a–z; other scripts come in long runs of high bytes."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    if sum(map(len, runs)) < 2 * len(runs):
        return "cp1252"
    from charset_normalizer import from_bytes  # only for a file that is neither UTF-8 nor Western

    best = from_bytes(sample, cp_isolation=list(_OTHER_SCRIPTS)).best()
    return best.encoding if best else "cp1252"


def _unprintable_share(text: str) -> float:
    sample = text[:_SAMPLE_BYTES]
    bad = sum(1 for character in sample if not character.isprintable() and not character.isspace())
    return bad / max(len(sample), 1)


def _spoken(codec: str) -> str:
    return "Windows-1252" if codec == "cp1252" else _OTHER_SCRIPTS.get(codec, codec)
