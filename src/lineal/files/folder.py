"""An artifacts root that is a folder of this machine, or one that several machines mount.

A link below the root may lead to another place below it, and nowhere else. A file is written under a temporary name in
a folder of the root, synchronized to the disk and then renamed, so readers see the old file or the new one. What stays
out: which paths are allowed (paths.py).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from lineal import errors
from lineal.files.disk import IN_THE_WAY, blocked, reported
from lineal.files.paths import UPLOADS, is_allowed, parts_of
from lineal.files.root import (
    PIECE_BYTES,
    ArtifactsRoot,
    Content,
    Entry,
    Upload,
    is_folder,
    length_within,
    no_name,
    not_found,
)

_LEFT_OVER_SECONDS = 2 * 86_400
_TRIES = 5


class FolderRoot(ArtifactsRoot):
    """A root that is a folder, which is created with the first upload."""

    def __init__(self, folder: Path) -> None:
        self._folder = Path(os.path.abspath(folder))
        self._uploads = self._folder / UPLOADS
        self._remove_left_over()

    def __repr__(self) -> str:
        return f"FolderRoot({str(self._folder)!r})"

    def check(self) -> str:
        """Look at the folder, or at the nearest one above it in which it would be made; nothing is made now."""
        there = next(each for each in (self._folder, *self._folder.parents) if os.path.lexists(each))
        said = f"the artifacts root {self._folder} cannot be"
        who = "the user who runs the server"
        if not there.is_dir():
            raise errors.FailedPreconditionError(f"{said} used: {there} is no folder; name another one")
        writes = os.access(there, os.W_OK | os.X_OK)
        if there != self._folder and not writes:
            raise errors.FailedPreconditionError(
                f"{said} made: {who} may not write in {there}; make it and give it to that user"
            )
        if not os.access(there, os.R_OK | os.X_OK):
            raise errors.FailedPreconditionError(f"{said} read by {who}; give it to that user")
        return "" if writes else f"{said} written by {who}, so uploads are refused"

    def read(self, path: str, *, first: int = 0, length: int | None = None) -> Content:
        """Open a file, from an offset on; see `ArtifactsRoot.read`."""
        place = self._inside(parts_of(path))
        with reported(path):
            try:
                number = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            except (FileNotFoundError, NotADirectoryError):
                raise not_found(path) from None
        try:
            status = os.fstat(number)
            if stat.S_ISDIR(status.st_mode):
                raise is_folder(path)
            if not stat.S_ISREG(status.st_mode):  # a pipe, say, which would never end
                raise not_found(path)
            within = length_within(status.st_size, first, length, path)
        except errors.StatusError:
            os.close(number)
            raise
        pieces = _Pieces(number, first, within)
        return Content(pieces, size=status.st_size, modified=status.st_mtime, first=first, length=within)

    def tag(self, path: str) -> str:
        """Return what tells the file from others of its path; see `ArtifactsRoot.tag`."""
        place = self._inside(parts_of(path))
        with reported(path):
            try:
                return _tag(os.stat(place))
            except (FileNotFoundError, NotADirectoryError):
                return ""

    def write(self, path: str) -> Upload:
        """Begin to write a file; see `ArtifactsRoot.write`."""
        parts = parts_of(path)
        if not parts:
            raise no_name()
        place = self._inside(parts[:-1]) / parts[-1]
        with reported(path):
            if place.is_dir():
                raise blocked(path)
            self._uploads.mkdir(parents=True, exist_ok=True)
            return _FolderUpload(path, place, self._uploads / uuid.uuid4().hex)

    def list(self, path: str) -> Sequence[Entry]:
        """Return what is directly below a folder; see `ArtifactsRoot.list`."""
        place = self._inside(parts_of(path))
        with reported(path):
            try:
                with os.scandir(place) as found:
                    entries = [self._entry(each) for each in found if self._is_shown(each, path)]
            except (FileNotFoundError, NotADirectoryError):
                return []
        return sorted((entry for entry in entries if entry), key=lambda entry: entry.path)

    def delete(self, path: str) -> None:
        """Delete a file or a folder; see `ArtifactsRoot.delete`."""
        parts = parts_of(path)
        if not parts:
            raise no_name()
        place = self._inside(parts[:-1]) / parts[-1]
        with reported(path), contextlib.suppress(FileNotFoundError, NotADirectoryError):
            if place.is_symlink() or not place.is_dir():
                place.unlink()
                return
            # A folder is moved away first: nobody sees half of it, and no upload gets into its way.
            gone = self._uploads / uuid.uuid4().hex
            self._uploads.mkdir(exist_ok=True)
            place.rename(gone)
            shutil.rmtree(gone)

    def _inside(self, parts: tuple[str, ...]) -> Path:
        """Return where a path leads, without links.

        Raises:
            InvalidArgumentError: a link leads it out of the root.
        """
        root = os.path.realpath(self._folder)
        place = os.path.realpath(os.path.join(root, *parts))
        is_below = place == root or place.startswith(root.rstrip(os.sep) + os.sep)
        if not is_below or Path(place).is_relative_to(os.path.join(root, UPLOADS)):
            raise errors.InvalidArgumentError(
                f"Invalid path {'/'.join(parts)[:200]!r}: a link leads it out of the artifacts root",
                errors.Details(parameter="path"),
            )
        return Path(place)

    def _is_shown(self, found: os.DirEntry[str], path: str) -> bool:
        """Tell whether a path can name an entry of a folder, and leads to it."""
        below = f"{path}/{found.name}" if path else found.name
        if not is_allowed(below):
            return False
        try:
            return not found.is_symlink() or bool(self._inside(parts_of(below)))
        except errors.InvalidArgumentError:
            return False

    def _entry(self, found: os.DirEntry[str]) -> Entry | None:
        try:
            status = found.stat()
        except OSError:  # deleted just now, or a link to nothing
            return None
        if stat.S_ISDIR(status.st_mode):
            return Entry(found.name, is_dir=True)
        if not stat.S_ISREG(status.st_mode):
            return None
        return Entry(found.name, is_dir=False, file_size=status.st_size, modified=status.st_mtime)

    def _remove_left_over(self) -> None:
        """Delete the uploads of servers that were killed; one that goes on is written to more often."""
        with contextlib.suppress(OSError), os.scandir(self._uploads) as found:
            for each in found:
                if each.stat(follow_symlinks=False).st_mtime > time.time() - _LEFT_OVER_SECONDS:
                    continue
                if each.is_dir(follow_symlinks=False):
                    shutil.rmtree(each.path, ignore_errors=True)
                else:
                    os.unlink(each.path)


class _FolderUpload(Upload):
    """A file that grows under a temporary name."""

    def __init__(self, path: str, place: Path, waiting: Path) -> None:
        super().__init__()
        self._path = path
        self._place = place
        self._waiting = waiting
        self._file = open(waiting, "xb", buffering=0)  # noqa: SIM115 closed by `discard`, which is always called

    def _write(self, piece: bytes) -> None:
        with reported(self._path):
            left = memoryview(piece)
            while left:
                left = left[self._file.write(left) :]

    def _finish(self) -> str:
        with reported(self._path):
            os.fsync(self._file.fileno())
            tag = _tag(os.fstat(self._file.fileno()))
            self._file.close()
            try:
                self._move()
            except IN_THE_WAY:
                raise blocked(self._path) from None
            _synchronize(self._place.parent)
        return tag

    def _move(self) -> None:
        """Rename the file; its folder may be deleted between its creation and this."""
        for tries_left in reversed(range(_TRIES)):
            self._place.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.replace(self._waiting, self._place)
                return
            except FileNotFoundError:
                if not tries_left:
                    raise

    def discard(self) -> None:
        """Close and delete what was written."""
        self._file.close()
        with contextlib.suppress(OSError):
            self._waiting.unlink()


class _Pieces(Iterator[bytes]):
    """The bytes of an open file, a piece at a time; it is closed at the end."""

    def __init__(self, number: int, first: int, length: int) -> None:
        self._file = open(number, "rb", buffering=0)  # noqa: SIM115 closed by `close` or at the end
        self._left = length
        self._file.seek(first)

    def __next__(self) -> bytes:
        piece = self._file.read(min(PIECE_BYTES, self._left)) if self._left else b""
        if not piece:
            self.close()
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Close the file."""
        self._left = 0
        self._file.close()


def _tag(status: os.stat_result) -> str:
    return f"{status.st_ino}-{status.st_mtime_ns}-{status.st_size}"


def _synchronize(folder: Path) -> None:
    """Write a folder's names to the disk, where folders can be opened."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
