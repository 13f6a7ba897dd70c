"""What every artifacts root can do: read a file in pieces, write one, list a folder, delete.

A root is safe for any number of threads and processes. Its functions block, so a server calls them in threads. What
stays out: where the files are (folder.py, bucket.py).
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from lineal import errors

PIECE_BYTES = 1 << 20
"""How much of a file is read at a time."""


class NoSpaceError(errors.ResourceExhaustedError):
    """The disk, or what an operator allows of it, is full; nothing was written."""


@dataclass(frozen=True)
class Entry:
    """A file or folder directly below a folder.

    Attributes:
        path: its name, relative to the folder.
        is_dir: whether it is a folder.
        file_size: the size of a file in bytes, None for a folder.
        modified: when a file was last written, in seconds since the epoch.
    """

    path: str
    is_dir: bool
    file_size: int | None = None
    modified: float | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Stored:
    """A file that was written.

    Attributes:
        size: its size in bytes.
        sha256: its SHA-256, in hexadecimal digits.
        tag: what `ArtifactsRoot.tag` returns as long as this file is there, "" if the root does not say.
    """

    size: int
    sha256: str
    tag: str = field(default="", compare=False)


class Content:
    """A file that is open for reading; iterating yields its bytes in pieces. Close it, or use it in a `with`.

    Attributes:
        size: the size of the whole file in bytes.
        modified: when it was last written, in seconds since the epoch.
        first: the offset of the first byte that is read.
        length: how many bytes are read.
    """

    def __init__(self, pieces: Iterator[bytes], *, size: int, modified: float, first: int, length: int) -> None:
        self._pieces = pieces
        self.size = size
        self.modified = modified
        self.first = first
        self.length = length

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def __enter__(self) -> Content:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; iterating is over."""
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()


class Upload(ABC):
    """A file that arrives in pieces and is there only once it is complete.

    Leaving a `with` without `commit` discards it.

    Attributes:
        committed: called with the file when it is in its place, within `commit`.
    """

    committed: Callable[[Stored], None] | None = None

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Add bytes at the end.

        Raises:
            NoSpaceError: there is no space left.
            UnavailableError: the root cannot be written.
        """
        self._write(piece)
        self._hash.update(piece)
        self._size += len(piece)

    def commit(self) -> Stored:
        """Put the file in its place, instead of one that was there; when this returns, it is on disk.

        Raises:
            FailedPreconditionError: a folder is there, or the path leads through a file.
            NoSpaceError: there is no space left.
            UnavailableError: the root cannot be written.
            StatusError: what `committed` raises; the file is in its place then.
        """
        tag = self._finish()
        stored = Stored(self._size, self._hash.hexdigest(), tag)
        if self.committed is not None:
            self.committed(stored)
        return stored

    @abstractmethod
    def discard(self) -> None:
        """Forget what was added; after `commit` this does nothing."""

    @abstractmethod
    def _write(self, piece: bytes) -> None: ...

    @abstractmethod
    def _finish(self) -> str:
        """Put the file in its place; return its tag."""

    def __enter__(self) -> Upload:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


class ArtifactsRoot(ABC):
    """The place of the files of runs. Paths are relative to it; all functions check them (paths.py).

    Every function raises an `InvalidArgumentError` for a path that is not allowed, and an `UnavailableError` if the
    place cannot be reached.
    """

    def check(self) -> str:
        """Try the place, as a server does when it starts; return what users should know, or "".

        Raises:
            FailedPreconditionError: it cannot be used at all; the message names it.
        """
        return ""

    @abstractmethod
    def read(self, path: str, *, first: int = 0, length: int | None = None) -> Content:
        """Open a file, from an offset on; fewer bytes than `length` are read if the file ends before.

        Raises:
            NotFoundError: the file does not exist.
            InvalidArgumentError: it is a folder.
            OutOfRangeError: the file ends before `first`.
        """

    @abstractmethod
    def tag(self, path: str) -> str:
        """Return what tells the file of a path from one that was there before or comes after; "" if none is there."""

    @abstractmethod
    def write(self, path: str) -> Upload:
        """Begin to write a file. Two uploads of one path leave one of both files, complete.

        Raises:
            FailedPreconditionError: a folder is there, the path leads through a file, or there is no root.
            NoSpaceError: there is no space left.
        """

    @abstractmethod
    def list(self, path: str) -> Sequence[Entry]:
        """Return what is directly below a folder, sorted by path; nothing for a file and where nothing is."""

    @abstractmethod
    def delete(self, path: str) -> None:
        """Delete a file, or a folder with everything below it; where nothing is, do nothing.

        Raises:
            InvalidArgumentError: the path is "", the root itself.
        """

    def store(self, path: str, pieces: Iterable[bytes]) -> Stored:
        """Write a file from its pieces; if they end in an error, nothing is written.

        Raises:
            StatusError: as `write`, `Upload.add` and `Upload.commit`.
        """
        with self.write(path) as upload:
            for piece in pieces:
                upload.add(piece)
            return upload.commit()


def not_found(path: str) -> errors.NotFoundError:
    """Return the error of a file that is not there."""
    return errors.NotFoundError(f"No such artifact: {path[:1000]!r}")


def is_folder(path: str) -> errors.InvalidArgumentError:
    """Return the error of reading a folder."""
    return errors.InvalidArgumentError(
        f"{path[:1000]!r} is a folder, not a file; list it, and read the files in it", errors.Details(parameter="path")
    )


def no_name() -> errors.InvalidArgumentError:
    """Return the error of a path that names no file."""
    return errors.InvalidArgumentError(
        "the path names no file: it is empty; give a path such as models/weights.bin", errors.Details(parameter="path")
    )


def length_within(size: int, first: int, length: int | None, path: str) -> int:
    """Return how many bytes a read from an offset yields.

    Raises:
        OutOfRangeError: the file ends before `first`.
    """
    if first and first >= size:
        raise errors.OutOfRangeError(f"{path[:1000]!r} has {size} bytes, and byte {first} was asked for")
    return size - first if length is None else min(length, size - first)
