"""Bytes to text: what encoding a file is in, and what to do when its lines disagree."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lib.metrics.corpus.reading.latin import BEYOND_ASCII, NO_WORD_HAS, SIGNS, is_other_script, latin_code_page
from lib.metrics.errors import CorpusError

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

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
    (b"{\\rtf", "a document of a word processor (RTF)"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
)
_WRITTEN_BY_A_PROGRAM = re.compile(r"&(?:amp|quot|apos|lt|gt|nbsp|#\d{2,5});|(?m:(?<![^,;\t\n])b'[^'\n]*'(?=[,;\t]|$))")
"""What should have been turned into letters before: entities of HTML, bytes as Python prints them."""
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp1258": "Windows-1258 (Vietnamese)",
    "cp932": "Shift JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "iso2022_jp": "ISO-2022-JP (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp949": "EUC-KR (Korean)",
    "tis_620": "TIS-620 (Thai)",
    "koi8_r": "KOI8-R (Russian)",
    "koi8_u": "KOI8-U (Ukrainian)",
    "iso8859_2": "ISO 8859-2 (Central European)",
    "iso8859_5": "ISO 8859-5 (Cyrillic)",
    "iso8859_6": "ISO 8859-6 (Arabic)",
    "iso8859_7": "ISO 8859-7 (Greek)",
    "cp866": "CP866 (Cyrillic, DOS)",
    "cp850": "CP850 (Western European, DOS)",
    "cp852": "CP852 (Central European, DOS)",
    "mac_roman": "Mac Roman (Western European)",
}
"""Python's codecs for what files are in, by the names that spreadsheets use."""
_GUESSED = [codec for codec in ENCODINGS if codec not in ("utf-8", "utf-16", "cp1258")]
_READ_WRONGLY = re.compile("Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œ]|â€[™œ“”˜¦¢]|Â[\u00a0-\u00bf](?=\\s|$)")
_REMEDY = "save the table as CSV, TSV or JSONL (in a spreadsheet: File, Save as, CSV UTF-8) and upload that"
_SAMPLE_BYTES = 200_000


@dataclass(frozen=True)
class Page:
    """What the page that a file was given to offers, for what is said about the file."""

    use: str = "scored"
    """What is done with the texts."""
    otherwise: str = "choose another"
    """What to do where the encoding is not the right one."""
    unknown: str = f"choose it in the box, or {_REMEDY}"
    """What to do where nobody can say what the encoding is."""


CORPUS_PAGE = Page()


@dataclass(frozen=True)
class Decoded:
    text: str
    encoding: str
    """In words a spreadsheet uses: UTF-8, UTF-16, Windows-1252 …"""
    notes: tuple[str, ...] = ()


def decode(data: bytes, encoding: str | None = None, page: Page = CORPUS_PAGE) -> Decoded:
    """The text of a file. Byte order mark, else UTF-8, else a guess that says so; CorpusError for no text at all.

    encoding  one of `ENCODINGS`, where the student has said it
    """
    if encoding is not None:
        return _as_said(data, encoding, page)
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _by_mark(data, codec, name)
    for magic, what in _KNOWN_BINARY:
        if data.startswith(magic):
            raise CorpusError(f"This file is {what}, not text: {_REMEDY}.")
    if b"\x00" in data[:_SAMPLE_BYTES]:
        return _utf_16_without_mark(data)
    if b"\x1b$" in data:  # Japanese in seven bits, which would pass for UTF-8
        return _as_said(data, "iso2022_jp", page)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf_8(data, page)
    return Decoded(text, "UTF-8", tuple(_damage(text, page.use)))


def _damage(text: str, use: str) -> Iterator[str]:
    """What another program did to the letters before: they are not what they were, and are used as they stand."""
    if (lost := text.count("\ufffd")) > 0:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        yield (
            f"Line {line:,} has \ufffd where a letter was lost before ({lost:,} in the file): export the texts again."
        )
    if found := _READ_WRONGLY.search(text):
        line = text.count("\n", 0, found.start()) + 1
        yield (
            f"“{found.group()}” in line {line:,} is what UTF-8 looks like when it was read as Windows-1252 once: "
            f"export the texts again as UTF-8, since they are {use} as they stand."
        )

    if found := _WRITTEN_BY_A_PROGRAM.search(text):
        line = text.count("\n", 0, found.start()) + 1
        what = "a web page writes a sign" if found.group().startswith("&") else "Python prints bytes"
        yield f"“{found.group()}” in line {line:,} is how {what}: such texts are {use} as they stand."


def _as_said(data: bytes, encoding: str, page: Page) -> Decoded:
    name = ENCODINGS[encoding]
    codec = next((codec for mark, codec, said in _MARKS if data.startswith(mark) and said == name), encoding)
    try:
        return Decoded(data.decode(codec), name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CorpusError(
            f"The file is not in the encoding {name}: line {line:,} has bytes that it lacks; {page.otherwise}."
        ) from error


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
    note = "The file has no byte order mark; it was read as UTF-16."
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    for zeros, others, codec in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > 0.3 * len(sample) / 2 and others < 0.02 * len(sample) / 2:
            try:
                return Decoded(data.decode(codec), "UTF-16", (note,))
            except UnicodeDecodeError:
                break
    for codec in ("utf-16-le", "utf-16-be"):  # of other scripts only tabs and ends of lines have a byte 0
        text = data.decode(codec, errors="replace")
        if "\n" in text and "\ufffd" not in text and not _unprintable_share(text):
            return Decoded(text, "UTF-16", (note,))
    if data.count(0) < 0.05 * len(data) and _is_utf_8(data):
        line = data.count(b"\n", 0, data.index(0)) + 1
        raise CorpusError(f"Line {line:,} has a zero byte (NUL), which is no letter: take it out, or {_REMEDY}.")
    raise CorpusError(f"This file is binary, not text: {_REMEDY}.")


def _not_utf_8(data: bytes, page: Page) -> Decoded:
    lines = data.split(b"\n")
    foreign = [number for number, line in enumerate(lines, start=1) if not _is_utf_8(line)]
    proper = any(not line.isascii() and _is_utf_8(line) for line in lines)
    if proper:
        return _mixed(lines, foreign, page.use)
    codec = _guess(data, page)
    text = data.decode(codec, errors="replace")
    if _unprintable_share(text) > 0.05:
        raise CorpusError(f"This file is binary, not text: {_REMEDY}.")
    name = ENCODINGS[codec]
    note = f"The file is not UTF-8; it looks like {name} and was read as that. If letters look wrong, {page.otherwise}."
    return Decoded(text, name, (note,))


def _mixed(lines: list[bytes], foreign: list[int], use: str) -> Decoded:
    """Most of the file is UTF-8 and some lines are not: read those as Windows-1252 and say which."""
    text = "\n".join(line.decode("utf-8") if _is_utf_8(line) else _western(line) for line in lines)
    shown = ", ".join(f"{number:,}" for number in foreign[:8])
    more = f" and {len(foreign) - 8:,} more" if len(foreign) > 8 else ""
    note = (
        f"Two encodings are mixed in this file: line {shown}{more} is not UTF-8 as the rest is. "
        f"These lines were read as Windows-1252; look at them before they are {use}."
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


def _guess(data: bytes, page: Page) -> str:
    """charset-normalizer's choice, but for what it gets wrong: a European language in Latin letters, or signs alone.

    It takes them for those of another code page. Of 680 messages of Linux programs (gettext) in 23 languages, each a
    file of its own in one of eight such code pages, it reads 361 as they were written, the letters of the languages
    629; of 680 files of eight messages 505 and 677. Of 760 files in other scripts it reads 723, fewest of Hebrew: 30 of
    40.
    """
    sample = data[:_SAMPLE_BYTES]
    if _has_signs_alone(data):
        return "cp1252"
    if not is_other_script(sample) and (latin := latin_code_page(sample)) is not None:
        return latin
    asked = ask_charset_normalizer(sample)
    if asked is None:
        raise CorpusError(f"The encoding of this file cannot be recognised; {page.unknown}.")
    return asked


def ask_charset_normalizer(sample: bytes) -> str | None:
    """Its choice among `ENCODINGS`, the most usual of several that it finds alike; None where it finds none."""
    from charset_normalizer import from_bytes  # only for a file that is not UTF-8

    found = [each for each in from_bytes(sample, cp_isolation=_GUESSED) if not _is_half_width(each)]
    if not found:
        return None
    best = found[0]
    equal = [each for each in found if (each.chaos, each.coherence) == (best.chaos, best.coherence)]
    same = {codec for each in equal for codec in each.could_be_from_charset if codec in _GUESSED}
    return min(same, key=_GUESSED.index)


def _has_signs_alone(data: bytes) -> bool:
    """Whether all beyond ASCII is signs of Windows-1252 where signs stand: curly marks, £, a space that does not break.

    An English text has no more, and nothing in them says what other code pages have at their place.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return set(BEYOND_ASCII.findall(text)) <= SIGNS and not NO_WORD_HAS.search(text)


def _is_half_width(found: CharsetMatch) -> bool:
    """Cyrillic in KOI8 passes for Shift JIS with nothing but narrow kana, which no Japanese text is written in."""
    beyond = [each for each in str(found) if not each.isascii()]
    return found.encoding == "cp932" and 2 * sum("\uff61" <= each <= "\uff9f" for each in beyond) > len(beyond)


def _unprintable_share(text: str) -> float:
    sample = text[:_SAMPLE_BYTES]
    bad = sum(1 for character in sample if not character.isprintable() and not character.isspace())
    return bad / max(len(sample), 1)
