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
from datetime import timedelta
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

_RANGE_BYTES = 4 << 20
_PART_BYTES = 8 << 20
_PARTS_AT_ONCE = 4
_DELETED_AT_ONCE = 1000
_RETRIES: Any = {"max_retries": 5, "retry_timeout": timedelta(seconds=30)}
"""A client waits for the answer meanwhile, and gives up after a minute or two."""


class BucketRoot(ArtifactsRoot):
    """A root in an object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def __repr__(self) -> str:
        return f"BucketRoot({self._store!r})"

    def check(self) -> str:
        """List it once; a bucket that does not answer now may do so later."""
        try:
            with _reported():
                next(iter(self._store.list(chunk_size=1)), None)
        except errors.StatusError as error:
            return f"the artifacts root {self._store!r} does not answer: {error.message}"
        return ""

    def read(self, path: str, *, first: int = 0, length: int | None = None) -> Content:
        """Open a file, from an offset on; see `ArtifactsRoot.read`."""
        key = "/".join(parts_of(path))
        if not key:
            raise is_folder(path)
        with _reported():
            try:
                found = self._store.head(key)
            except FileNotFoundError:
                raise (is_folder(path) if self.list(path) else not_found(path)) from None
        size = found["size"]
        within = length_within(size, first, length, path)
        pieces = self._pieces(key, found["e_tag"], first, first + within)
        modified = found["last_modified"].timestamp()
        return Content(pieces, size=size, modified=modified, first=first, length=within)

    def _pieces(self, key: str, tag: str | None, first: int, end: int) -> Iterator[bytes]:
        """Yield the bytes of an object, by a request for each range.

        One request for all would wait for a slow client and reach its time limit. Each request names the tag of the
        object, so no download is made of two versions.
        """
        for at in range(first, end, _RANGE_BYTES):
            options: Any = {"range": (at, min(end, at + _RANGE_BYTES)), "if_match": tag}
            whole = memoryview(_range(self._store, key, options))
            for start in range(0, len(whole), PIECE_BYTES):
                yield bytes(whole[start : start + PIECE_BYTES])

    def tag(self, path: str) -> str:
        """Return what tells the object from others of its key; see `ArtifactsRoot.tag`."""
        key = "/".join(parts_of(path))
        with _reported():
            try:
                return self._store.head(key)["e_tag"] or ""
            except FileNotFoundError:
                return ""

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
        files = [
            Entry(_name(each["path"]), False, file_size=each["size"], modified=each["last_modified"].timestamp())
            for each in found["objects"]
        ]
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

    def _finish(self) -> str:
        with reported(self._key):
            self._file.flush()
        with _reported():
            self._file.seek(0)
            put = self._store.put(self._key, self._file, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE)
        self.discard()
        return put["e_tag"] or ""

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
        return BucketRoot(from_url(url, retry_config=_RETRIES))
    except (BaseError, ValueError) as error:
        raise errors.InvalidArgumentError(f"--artifacts-root is no place for files: {_first_line(error)}") from None


def _range(store: ObjectStore, key: str, options: Any) -> bytes:
    """Return a range of an object.

    Raises:
        AbortedError: it is gone, or another one is there.
    """
    from obstore.exceptions import PreconditionError

    with _reported():
        try:
            return bytes(store.get(key, options=options).bytes())
        except (FileNotFoundError, PreconditionError):
            raise errors.AbortedError(f"{key[:1000]!r} was replaced or deleted meanwhile; download it again") from None


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
