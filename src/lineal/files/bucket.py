"""An artifacts root that is a bucket of an object store, or a folder in one, by the package obstore.

An upload waits in a temporary file of this machine (TMPDIR) until it is complete. So a slow client holds no part of a
bucket, a broken upload leaves nothing in it, and the store's client can send a piece again. What stays out:
credentials, which obstore takes from the environment (docs/operations/files.md).
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lineal import errors
from lineal.files.disk import reported, spool
from lineal.files.paths import is_allowed, parts_of
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

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_PART_BYTES = 8 << 20
_PARTS_AT_ONCE = 4
_DELETED_AT_ONCE = 1000


class BucketRoot(ArtifactsRoot):
    """A root in an object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def __repr__(self) -> str:
        return f"BucketRoot({self._store!r})"

    def read(self, path: str, *, first: int = 0, length: int | None = None) -> Content:
        """Open a file, from an offset on; see `ArtifactsRoot.read`."""
        key = "/".join(parts_of(path))
        if not key:
            raise is_folder(path)
        with _reported():
            try:
                size = int(self._store.head(key)["size"])
            except FileNotFoundError:
                raise (is_folder(path) if self.list(path) else not_found(path)) from None
            within = length_within(size, first, length, path)
            part: Any = {"range": (first, first + within)} if within not in (0, size) else {}
            try:
                found = self._store.get(key, options=part)
            except FileNotFoundError:
                raise not_found(path) from None
            pieces = _pieces(found.stream(min_chunk_size=PIECE_BYTES)) if within else iter(())
            modified = found.meta["last_modified"].timestamp()
        return Content(pieces, size=size, modified=modified, first=first, length=within)

    def write(self, path: str) -> Upload:
        """Begin to write a file; see `ArtifactsRoot.write`. An object store has no folders that could be in its way."""
        key = "/".join(parts_of(path))
        if not key:
            raise no_name()
        with reported(path):
            return _BucketUpload(self._store, key)

    def list(self, path: str) -> Sequence[Entry]:
        """Return what is directly below a folder; see `ArtifactsRoot.list`."""
        key = "/".join(parts_of(path))
        with _reported():
            found = self._store.list_with_delimiter(key or None)
        folders = [Entry(_name(prefix), is_dir=True) for prefix in found["common_prefixes"]]
        files = [Entry(_name(each["path"]), is_dir=False, file_size=each["size"]) for each in found["objects"]]
        shown = (entry for entry in folders + files if is_allowed(f"{key}/{entry.path}" if key else entry.path))
        return sorted(shown, key=lambda entry: (entry.path, entry.is_dir))

    def delete(self, path: str) -> None:
        """Delete a file or a folder; see `ArtifactsRoot.delete`."""
        key = "/".join(parts_of(path))
        if not key:
            raise no_name()
        with _reported():
            below = (each["path"] for batch in self._store.list(key) for each in batch)
            while some := list(itertools.islice(below, _DELETED_AT_ONCE)):
                self._delete(some)
            self._delete([key])

    def _delete(self, keys: Sequence[str]) -> None:
        """Delete objects; one that is gone already is no error, which not every store says."""
        try:
            self._store.delete(keys)
        except FileNotFoundError:
            for key in keys:
                with contextlib.suppress(FileNotFoundError):
                    self._store.delete(key)


class _BucketUpload(Upload):
    """A file that waits on this machine until it is complete."""

    def __init__(self, store: ObjectStore, key: str) -> None:
        super().__init__()
        self._store = store
        self._key = key
        self._file = spool()

    def _write(self, piece: bytes) -> None:
        with reported(self._key):
            self._file.write(piece)

    def _finish(self) -> None:
        with reported(self._key):
            self._file.flush()
        with _reported():
            self._file.seek(0)
            self._store.put(self._key, self._file, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE)
        self.discard()

    def discard(self) -> None:
        """Delete what waits."""
        with contextlib.suppress(OSError):
            self._file.close()


def open_bucket(url: str) -> BucketRoot:
    """Return the root at a URL of an object store; nothing is asked of the store yet.

    Raises:
        FailedPreconditionError: the package obstore is not installed.
        InvalidArgumentError: the URL is wrong.
    """
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ModuleNotFoundError as error:
        raise errors.FailedPreconditionError(
            f"files in an object store need the package {error.name}; install it with: pip install 'lineal[objects]'"
        ) from None
    try:
        return BucketRoot(from_url(url))
    except (BaseError, ValueError) as error:
        raise errors.InvalidArgumentError(f"--artifacts-root is no place for files: {_first_line(error)}") from None


def _pieces(stream: Any) -> Iterator[bytes]:
    with _reported():
        for piece in stream:
            whole = memoryview(piece)
            for at in range(0, len(whole), PIECE_BYTES):
                yield bytes(whole[at : at + PIECE_BYTES])


def _name(key: str) -> str:
    return key.rstrip("/").rpartition("/")[2]


def _first_line(error: Exception) -> str:
    """Return what an object store says, without the source code's view of it."""
    return str(error).partition("\n")[0][:300]


@contextmanager
def _reported() -> Iterator[None]:
    """Turn what an object store says into errors; the details are in the cause alone, since they may name addresses."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError:
        raise errors.UnavailableError("the bucket of --artifacts-root is not there; create it") from None
    except (BaseError, OSError) as error:
        raise errors.UnavailableError(
            f"the object store of --artifacts-root does not do this ({type(error).__name__}); see the log of the server"
        ) from error
