"""A zip that somebody uploads: only files with known names are read, into memory, with a bound on everything."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from lib.lesson.unsloth.errors import ActivityError

MOST_BYTES = 50_000_000
"""Of an uploaded adapter, packed or not: one of rank 8 on a 1.7B model has 36 MB in fp32."""
MOST_ENTRIES = 500
PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib")
"""Files that run code when they are opened."""
ENCRYPTED = 0x1


@dataclass(frozen=True, eq=False)
class Unpacked:
    """The wanted files of a zip by name, without their folder."""

    files: dict[str, bytes]
    pickles: tuple[str, ...]
    """Names that were left unopened because opening them would run code."""


def is_zip(content: bytes) -> bool:
    return content[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def unpack(content: bytes, wanted: frozenset[str], file: str) -> Unpacked:
    """The files called one of `wanted`, wherever in the zip they lie.

    ActivityError where the zip is broken, has names that lead out of a folder, a wanted name twice, or more in it than
    MOST_BYTES.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            _check_names(entries, file)
            chosen = _chosen(entries, wanted, file)
            return Unpacked(
                _read_all(archive, chosen, file),
                tuple(each.filename for each in entries if each.filename.lower().endswith(PICKLES)),
            )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, ActivityError):
            raise
        raise ActivityError(
            f"“{file}” is a damaged zip, or packed in an unusual way; zip the folder again and bring the whole file."
        ) from None


def _check_names(entries: list[zipfile.ZipInfo], file: str) -> None:
    if len(entries) > MOST_ENTRIES:
        raise ActivityError(
            f"“{file}” holds {len(entries):,} files; zip the adapter's folder alone, which has about ten."
        )
    for each in entries:
        path = PurePosixPath(each.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise ActivityError(
                f"“{file}” holds a name that leads out of its folder (“{each.filename[:60]}”) and is not read; zip the "
                "folder that save_pretrained made."
            )


def _chosen(entries: list[zipfile.ZipInfo], wanted: frozenset[str], file: str) -> dict[str, zipfile.ZipInfo]:
    chosen: dict[str, zipfile.ZipInfo] = {}
    for each in entries:
        name = PurePosixPath(each.filename).name
        if name not in wanted or "__MACOSX" in each.filename:
            continue
        if name in chosen:
            raise ActivityError(f"“{file}” holds {name} twice; zip one run's folder alone.")
        if each.flag_bits & ENCRYPTED:
            raise ActivityError(f"“{file}” is locked with a password; zip the folder without one.")
        chosen[name] = each
    return chosen


def _read_all(archive: zipfile.ZipFile, chosen: dict[str, zipfile.ZipInfo], file: str) -> dict[str, bytes]:
    """Not more than MOST_BYTES in all, whatever the zip says of its sizes."""
    left, files = MOST_BYTES, {}
    for name, entry in chosen.items():
        with archive.open(entry) as stream:
            data = stream.read(left + 1)
        if len(data) > left:
            raise ActivityError(
                f"“{file}” unpacks to more than {MOST_BYTES // 1_000_000} MB; bring adapter_config.json alone, or the "
                "adapter saved in 16 bits."
            )
        left -= len(data)
        files[name] = data
    return files
