"""The file of an archive: a zip of JSON lines, one member for each table, and a manifest at its end.

It is written under another name, synchronized to the disk and renamed, so nobody mistakes half an archive for a backup.
Reading starts with `check`, which compares every byte with the manifest. What stays out: the records and their meaning
(backing_up.py, restoring.py).
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lineal import errors
from lineal.store.upkeep.missing_entries import MissingEntries
from lineal.upkeep.archive import drafts
from lineal.upkeep.archive.signing import SignKey

FORMAT = "lineal archive"
VERSION = 1
MANIFEST = "manifest.json"
SIGNATURE = "manifest.hmac"
# A record in an archive: long enough for the longest values, and short enough that reading one never takes all memory.
LONGEST_LINE = 1 << 28
_PIECE = 1 << 20
_FAST = 1  # how hard zlib tries; more takes several times as long for a few percent
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
Record = dict[str, Any]


@dataclass(frozen=True)
class Content:
    """The content of a member: how many records it has, and the SHA-256 of its bytes."""

    records: int
    sha256: str


@dataclass
class Manifest:
    """The manifest of an archive.

    Attributes:
        created: milliseconds since the epoch.
        lineal: the version of Lineal that wrote it.
        engine: the engine of the store that it was taken from.
        schema_version: the version of ML Metadata's schema.
        members: the members by name.
        upgraded_from: the schema version of the store, if it is an older one than that of the archive.
        missing: what the audit log lacks; not in the archive, but found by whoever writes or checks it.
    """

    created: int
    lineal: str
    engine: str
    schema_version: int
    members: dict[str, Content] = field(default_factory=dict)
    format: str = FORMAT
    version: int = VERSION
    upgraded_from: int | None = None
    missing: MissingEntries = field(default_factory=MissingEntries, init=False)

    def counts(self) -> dict[str, int]:
        """Return how many records each member holds."""
        return {name: content.records for name, content in self.members.items()}


class ArchiveWriter:
    """An archive that is being written."""

    def __init__(self, file: zipfile.ZipFile, key: SignKey | None) -> None:
        self._file = file
        self._key = key

    def add(self, name: str, records: Iterable[Record]) -> Content:
        """Write a member, one line for each record; return its number of records and its hash."""
        digest, count = hashlib.sha256(), 0
        with self._file.open(f"{name}.jsonl", "w", force_zip64=True) as member:
            for count, record in enumerate(records, start=1):  # noqa: B007 the last one counts
                line = json.dumps(record, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"
                digest.update(line)
                member.write(line)
        return Content(count, digest.hexdigest())

    def end(self, manifest: Manifest) -> None:
        """Write the manifest, which makes the archive complete."""
        said = {name: value for name, value in asdict(manifest).items() if name != "missing"}
        text = json.dumps(said, indent=1).encode()
        if self._key:
            self._file.writestr(SIGNATURE, self._key.signature(text))
        self._file.writestr(MANIFEST, text)


@contextmanager
def writing(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Lend a path to write to, and rename the file when it is complete and on the disk.

    First remove the drafts of killed programs, but not those that other programs are writing.

    Raises:
        AlreadyExistsError: there is such a file, and it may not be overwritten.
        ResourceExhaustedError: the disk is full.
        FailedPreconditionError: what has this name is no file, or the file cannot be written for another reason.
    """
    _require_new(path, overwrite=overwrite)
    draft = drafts.new_name(path)
    try:
        drafts.remove_stale(path)
        with drafts.locked(draft):
            yield draft
            _synchronize(draft)
            _require_new(path, overwrite=overwrite)
            draft.replace(path)
            if os.name != "nt":  # Windows opens no folders
                _synchronize(path.parent)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        if error.errno in _FULL:
            text = f"cannot write {path}: its disk is full ({reason}); make room there, or write to another disk"
            raise errors.ResourceExhaustedError(text) from error
        raise errors.FailedPreconditionError(f"cannot write {path}: {reason}") from error


def _require_new(path: Path, *, overwrite: bool) -> None:
    """Refuse a name that is taken, and one of a folder, a pipe or a device."""
    if path.exists() and not path.is_file():
        raise errors.FailedPreconditionError(f"{path} is not a file; give the name of a file")
    if path.exists() and not overwrite:
        raise errors.AlreadyExistsError(f"{path} exists already; give another name, or --overwrite")


def _synchronize(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def new_archive(draft: Path, key: SignKey | None = None) -> Iterator[ArchiveWriter]:
    """Write an archive, from its beginning, into a file that may hold the start of another try."""
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=_FAST) as file:
        yield ArchiveWriter(file, key)


def _require_sound(manifest: Manifest) -> None:
    """Refuse values of other types than a manifest has, by a ValueError."""
    numbers = (manifest.created, manifest.schema_version, manifest.version, *manifest.counts().values())
    texts = (manifest.format, manifest.lineal, manifest.engine, *[each.sha256 for each in manifest.members.values()])
    older = manifest.upgraded_from
    if not all(type(each) is int for each in numbers) or not all(isinstance(each, str) for each in texts):
        raise ValueError("a value has another type")
    if older is not None and type(older) is not int:
        raise ValueError("upgraded_from is not a number")


class Archive:
    """An archive to be read."""

    def __init__(self, path: Path, file: zipfile.ZipFile, key: SignKey | None) -> None:
        self._path = path
        self._file = file
        if key:
            self._require_signature(key)
        self.manifest = self._manifest()

    @property
    def is_signed(self) -> bool:
        """Whether it claims to be signed; opening it with a key checks this."""
        return SIGNATURE in self._file.namelist()

    def _require_signature(self, key: SignKey) -> None:
        """Refuse an archive whose manifest this key has not signed; the manifest holds the hashes of the members.

        Raises:
            DataLossError: it is not signed, was changed, or was signed with another key.
        """
        if not self.is_signed:
            raise errors.DataLossError(f"{self._path} is not signed; use one that `lineal backup --sign-key` wrote")
        try:
            is_signed = key.fits(self._file.read(MANIFEST), self._file.read(SIGNATURE))
        except (zipfile.BadZipFile, zlib.error) as error:
            raise errors.DataLossError(f"{self._path} is damaged in its signature; use another backup") from error
        if not is_signed:
            raise errors.DataLossError(
                f"{self._path} was changed after it was signed, or signed with another key; use another backup or key"
            )

    def _manifest(self) -> Manifest:
        try:
            said = json.loads(self._file.read(MANIFEST))
            members = {name: Content(**content) for name, content in said.pop("members").items()}
            manifest = Manifest(members=members, **said)
            _require_sound(manifest)
        except (zipfile.BadZipFile, zlib.error) as error:
            raise errors.DataLossError(f"{self._path} is damaged in its manifest; use another backup") from error
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise errors.InvalidArgumentError(
                f"{self._path} is not an archive of Lineal: it has no manifest"
            ) from error
        if manifest.format != FORMAT or manifest.version > VERSION:
            raise errors.InvalidArgumentError(
                f"{self._path} is an archive of version {manifest.version}, and this Lineal reads {VERSION}; use a "
                "newer version of Lineal"
            )
        return manifest

    def check(self) -> None:
        """Read all of it once and compare it with the manifest.

        Raises:
            DataLossError: it is damaged; the message names the member.
        """
        for name, said in self.manifest.members.items():
            digest, lines = hashlib.sha256(), 0
            with self._open(name) as member:
                while piece := member.read(_PIECE):
                    digest.update(piece)
                    lines += piece.count(b"\n")
            if Content(lines, digest.hexdigest()) != said:
                raise errors.DataLossError(
                    f"{self._path} is damaged: {name} is not what its manifest says; use another backup"
                )

    def records(self, name: str) -> Iterator[Record]:
        """Yield the records of a member; a missing member has none."""
        if name in self.manifest.members:
            with self._open(name) as member:
                reader = io.BufferedReader(member)
                for number, line in enumerate(iter(lambda: reader.readline(LONGEST_LINE + 1), b""), start=1):
                    yield _record(line, f"{name}.jsonl, line {number}")

    @contextmanager
    def _open(self, name: str) -> Iterator[Any]:
        try:
            with self._file.open(f"{name}.jsonl") as member:
                yield member
        except (KeyError, EOFError, zipfile.BadZipFile, zlib.error, OSError) as error:
            raise errors.DataLossError(f"{self._path} is damaged in {name}; use another backup") from error


def _record(line: bytes, place: str) -> Record:
    if len(line) > LONGEST_LINE:
        raise errors.DataLossError(f"{place} has more than {LONGEST_LINE} bytes; use another backup")
    try:
        found = json.loads(line.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        reason = "is nested too deeply" if isinstance(error, RecursionError) else f"is not JSON ({error})"
        raise errors.DataLossError(f"{place} {reason}; nothing was written; use another backup") from None
    if not isinstance(found, dict):
        raise errors.DataLossError(f"{place} is not a JSON object; nothing was written; use another backup")
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has the same name twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


@contextmanager
def reading(path: Path, key: SignKey | None = None) -> Iterator[Archive]:
    """Open an archive; with a key, only one that it has signed.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: it is no zip, or its end is missing.
        InvalidArgumentError: it is no archive of Lineal.
    """
    try:
        file = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise errors.NotFoundError(f"no file {path}") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise errors.DataLossError(
            f"{path} is not a complete archive: it is cut off, or another kind of file"
        ) from error
    with file:
        yield Archive(path, file, key)
