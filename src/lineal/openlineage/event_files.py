"""Files of OpenLineage's events: which there are, and how they are opened.

A folder stands for the files in it whose names end as files of events do. A file that is compressed with gzip is known
by its first bytes. What stays out: where an event begins and ends (event_texts.py), and what becomes of it
(importing.py).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lineal import errors
from lineal.openlineage.event_texts import DamagedFileError, Stream, Written, read_events

__all__ = ["STANDARD_INPUT", "DamagedFileError", "events_in", "paths_of"]

STANDARD_INPUT = "-"
_INPUT = 0
_ENDINGS = (".json", ".jsonl", ".ndjson")
_GZIP = b"\x1f\x8b"


def paths_of(places: Sequence[str]) -> list[str]:
    """Return the files at places, those of a folder by name; STANDARD_INPUT stays as it is.

    Raises:
        NotFoundError: there is nothing at a place, or no file of events in a folder.
    """
    return [path for place in places for path in _paths_at(place)]


def _paths_at(place: str) -> list[str]:
    path = Path(place)
    if place == STANDARD_INPUT or (path.exists() and not path.is_dir()):
        return [place]
    if not path.is_dir():
        raise errors.NotFoundError(f"there is no file {place!r}; name files or folders of events, or - for the input")
    named = (each for each in path.rglob("*") if each.name.removesuffix(".gz").endswith(_ENDINGS))
    found = sorted(str(each) for each in named if each.is_file())
    if not found:
        raise errors.NotFoundError(
            f"no file in the folder {place!r} ends with {', '.join(_ENDINGS)} or the same and .gz; name the files"
        )
    return found


def events_in(path: str) -> Iterator[Written]:
    """Read the events of a file.

    Args:
        path: the file, STANDARD_INPUT for the standard input.

    Raises:
        DamagedFileError: it cannot be read, or not to its end.
    """
    try:
        with _opened(path) as stream:
            yield from read_events(stream)
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedFileError(" ".join(str(error).split()) or type(error).__name__) from None


@contextmanager
def _opened(path: str) -> Iterator[Stream]:
    with open(_INPUT, "rb", closefd=False) if path == STANDARD_INPUT else open(path, "rb") as file:
        if file.peek(len(_GZIP))[: len(_GZIP)] != _GZIP:
            yield file
            return
        with gzip.open(file) as stream:
            yield stream
