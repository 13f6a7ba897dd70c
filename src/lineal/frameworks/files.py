"""Digest, rows and columns of a file, and the digest of a folder.

The digest of a file is the SHA-256 of its bytes, as `sha256sum` prints it; that of a folder is the one that
docs/operations/files.md defines, over all its files. Rows are counted in files of comma- or tab-separated values, JSON
Lines and, where pyarrow is installed, Parquet. What stays out: data in memory (digests.py).
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from lineal.frameworks.digests import Measured

PIECE_BYTES = 1 << 20
MOST_COUNTED_BYTES = 256 << 20
"""The rows of a larger text are not counted: that takes longer than its digest."""


def measured_file(path: Path) -> Measured:
    """Return digest, rows and columns of a file, or the digest of a folder.

    Raises:
        FileNotFoundError: nothing is there.
        OSError: it cannot be read.

    """
    if path.is_dir():
        return Measured(folder_digest(path))
    digest = file_digest(path)
    count = _COUNTS.get(path.suffix.lower())
    found = count(path) if count else None
    return found_with(digest, found)


def found_with(digest: str, counted: Measured | None) -> Measured:
    """Return what was counted, with a digest."""
    return (
        Measured(digest) if counted is None else Measured(digest, counted.rows, counted.columns, counted.column_names)
    )


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    found = hashlib.sha256()
    for piece in pieces(path):
        found.update(piece)
    return found.hexdigest()


def folder_digest(folder: Path) -> str:
    """Return one digest for all files below a folder: the SHA-256 of the lines that `sha256sum` prints for them."""
    lines = (f"{file_digest(folder / path)}  ./{path}\n" for path in files_below(folder))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def files_below(folder: Path) -> list[str]:
    """Return the paths of all files below a folder, relative to it with slashes, in the order of their bytes."""
    found = [
        (Path(place) / name).relative_to(folder).as_posix()
        for place, _, names in os.walk(folder, followlinks=False)
        for name in names
        if (Path(place) / name).is_file()
    ]
    return sorted(found, key=os.fsencode)


def pieces(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces."""
    with path.open("rb") as opened:
        while piece := opened.read(PIECE_BYTES):
            yield piece


def _of_separated(path: Path) -> Measured | None:
    """Count the rows below the line of names; a text that is none of these formats tells nothing."""
    if path.stat().st_size > MOST_COUNTED_BYTES:
        return None
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    try:
        with path.open(newline="", encoding="utf-8-sig") as opened:
            lines = csv.reader(opened, delimiter=delimiter)
            names = next(lines, [])
            return Measured("", sum(1 for line in lines if line), len(names), tuple(names))
    except (UnicodeDecodeError, csv.Error):
        return None


def _of_json_lines(path: Path) -> Measured | None:
    if path.stat().st_size > MOST_COUNTED_BYTES:
        return None
    with path.open("rb") as opened:
        return Measured("", sum(1 for line in opened if line.strip()))


def _of_parquet(path: Path) -> Measured | None:
    if importlib.util.find_spec("pyarrow") is None:
        return None
    from pyarrow import ArrowException, parquet

    try:
        told = parquet.read_metadata(path)
    except (ArrowException, OSError):
        return None
    names = tuple(map(str, told.schema.to_arrow_schema().names))
    return Measured("", int(told.num_rows), len(names), names)


_COUNTS: dict[str, Callable[[Path], Measured | None]] = {
    ".csv": _of_separated,
    ".tsv": _of_separated,
    ".jsonl": _of_json_lines,
    ".ndjson": _of_json_lines,
    ".parquet": _of_parquet,
}
