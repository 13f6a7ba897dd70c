"""What is recorded of uploaded files: path, size, SHA-256 and time, in a table of Lineal's own.

A file is renamed into its place first and recorded then, so a record is never of a file that is not there yet. An
upload with other content in the place of a file, and a deletion, are always in the audit log, and in the history of
each record whose file it is. What stays out: who may upload what (callers_files.py), and rows (store/rows/files.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from lineal import errors
from lineal.files import ArtifactsRoot, Stored
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.service.clock import now
from lineal.store.engine.session import Session
from lineal.store.own_rows.records_of_files import records_of_files
from lineal.store.rows import files as file_rows
from lineal.store.rows.files import FileRow
from lineal.store.schema import on_demand
from lineal.store.tables.own_tables import FILE
from lineal.store.upkeep import audit as audit_rows
from lineal.store.upkeep.changes import Change, Values

SUBJECT = "file"
_UPLOAD, _DELETE = "upload", "delete"
_OF_RECORDS = {_UPLOAD: "replace file", _DELETE: "delete file"}
"""What the entry of a record says, for what that of the file says."""
_CALLS = {_UPLOAD: "files/upload", _DELETE: "files/delete"}
_TRIES = 3
_Result = TypeVar("_Result")


class FileRecords:
    """The records of all files of a store. Safe for any number of threads."""

    def __init__(self, service: MetadataService) -> None:
        self._service = service
        self._is_prepared = False

    def put(self, root: ArtifactsRoot, path: str, stored: Stored, caller: Caller, *, replaces: bool = False) -> None:
        """Record a file that was written just now.

        If somebody else replaced the file meanwhile, their record may have come before this one and be gone. So the
        file that is there is looked at once more, and read if it is another one.

        Args:
            root: where it is.
            path: its path there.
            stored: what was written.
            caller: who wrote it.
            replaces: whether a file was there before; one that was recorded counts without it.

        Raises:
            StatusError: it could not be recorded; the message says that the file is there all the same.
        """
        try:
            for _ in range(_TRIES):
                self._put(path, stored, caller, replaces=replaces)
                there = root.tag(path)
                if there in (stored.tag, ""):
                    return
                stored = _read(root, path, there)
            self._forget([path], until=now())  # they still replace it: no digest is better than a wrong one
        except errors.StatusError as error:
            raise _unrecorded(path, error) from error

    def _put(self, path: str, stored: Stored, caller: Caller, *, replaces: bool) -> None:
        row = FileRow(path, stored.size, stored.sha256, now())

        def write(session: Session) -> None:
            before = file_rows.by_paths(session, [path]).get(path)
            file_rows.put(session, [row])
            old = _shown(before) if before else _unknown(path) if replaces else None
            changes = [Change(_UPLOAD, SUBJECT, 0, old, _shown(row))]
            if old not in (None, _shown(row)):
                self._log(session, [*changes, *_of_records(session, changes)], row.time, caller.signature)
            elif self._service.database.settings.audit:
                self._log(session, changes, row.time, caller.signature)

        self._write(write)

    def _log(self, session: Session, changes: Sequence[Change], time: int, who: str) -> None:
        audit_rows.add(session, changes, time=time, who=who, rpc=_CALLS[changes[0].action])

    def of(self, paths: Sequence[str]) -> Mapping[str, FileRow]:
        """Return what is recorded of those of the paths of which something is, by path."""
        return self._read(lambda session: file_rows.by_paths(session, paths), {})

    def forget(self, path: str, caller: Caller, *, until: int) -> None:
        """Delete the records of a file, or of everything below a folder; the audit log keeps what they said.

        Args:
            path: the file or folder, which is deleted.
            caller: who deleted it.
            until: when; what was uploaded later keeps its record.

        Raises:
            StatusError: they could not be deleted.
        """

        def found(session: Session) -> list[FileRow]:
            rows = [*file_rows.by_paths(session, [path]).values(), *file_rows.below(session, path)]
            return [row for row in rows if row.time <= until]

        nothing: list[FileRow] = []
        if gone := self._read(found, nothing):
            changes = [Change(_DELETE, SUBJECT, 0, _shown(row), None) for row in gone]
            self._forget([row.path for row in gone], until=until, changes=changes, who=caller.signature)

    def _forget(self, paths: Sequence[str], *, until: int, changes: Sequence[Change] = (), who: str = "") -> None:
        def write(session: Session) -> None:
            file_rows.delete(session, paths, until=until)
            if changes:
                self._log(session, [*changes, *_of_records(session, changes)], now(), who)

        self._write(write)

    def _read(self, work: Callable[[Session], _Result], otherwise: _Result) -> _Result:
        """Run a read; a store that cannot get the table has recorded nothing."""
        database = self._service.database
        if not self._is_prepared:
            if not on_demand.holds(database, FILE):
                return otherwise
            self._is_prepared = True
        return database.read(work)

    def _write(self, work: Callable[[Session], None]) -> None:
        database = self._service.database
        if not self._is_prepared:
            self._is_prepared = on_demand.prepare(database)
        database.write(work)


def _unrecorded(path: str, error: errors.StatusError) -> errors.StatusError:
    """Return the error of an upload whose record failed. The details of a fault are for the log; the rest is not."""
    is_fault = error.error_code == errors.INTERNAL
    reason = "the log of the server says why" if is_fault else error.message
    return errors.make_exception(
        f"the file {path[:500]!r} is stored, but its SHA-256 could not be recorded: {reason}; upload it again",
        errors.UNAVAILABLE if is_fault else error.error_code,
        error.details,
    )


def _read(root: ArtifactsRoot, path: str, tag: str) -> Stored:
    """Return the size and digest of a file that is there, and the tag that it had before it was read."""
    digest, size = hashlib.sha256(), 0
    with root.read(path) as content:
        for piece in content:
            digest.update(piece)
            size += len(piece)
    return Stored(size, digest.hexdigest(), tag)


def _of_records(session: Session, changes: Sequence[Change]) -> list[Change]:
    """Return the changes of files as those of the records whose files they are."""
    paths = [(change, str((change.old or change.new or {})["path"])) for change in changes]
    owners = records_of_files(session, [path for _, path in paths])
    return [
        Change(_OF_RECORDS[change.action], kind.name, node_id, change.old, change.new)
        for change, path in paths
        for kind, node_id in owners[path]
    ]


def _unknown(path: str) -> Values:
    """Return what is known of a file that came in another way than an upload."""
    return {"path": path, "sha256": None}


def _shown(row: FileRow) -> Values:
    return {"path": row.path, "size": row.size, "sha256": row.sha256}
