"""Restore a backup into a store: all of it or nothing.

What stays out: new ids (renumbering.py).
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.counting import amount
from lineal.kinds import KINDS
from lineal.service.audit import note
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.session import Session
from lineal.store.index import entries as index_rows
from lineal.store.index import facets as facet_rows
from lineal.store.own_rows import outbox as outbox_rows
from lineal.store.own_rows import values as value_rows
from lineal.store.rows import types as type_rows
from lineal.store.schema import on_demand
from lineal.store.upkeep import archive as archive_rows
from lineal.store.upkeep import views as view_rows
from lineal.upkeep.archive.backing_up import backup, is_copy
from lineal.upkeep.archive.checking import check_records
from lineal.upkeep.archive.files import Archive, Manifest, reading
from lineal.upkeep.archive.renumbering import Renumbering, batches
from lineal.upkeep.archive.signing import SignKey
from lineal.upkeep.opening import open_service
from lineal.urls import sqlite_url

_WIDER = (
    "restore into an empty database, in which Lineal makes wider columns than the official library; for an id, --ids "
    "new helps as well"
)


class Ids(Enum):
    """The ids of restored rows: those of the archive, or new ones."""

    KEEP = "keep"
    NEW = "new"


def restore(
    path: Path,
    settings: DatabaseSettings,
    *,
    ids: Ids = Ids.KEEP,
    check_only: bool = False,
    new_store_id: bool = False,
    who: str = "",
    key: SignKey | None = None,
) -> Manifest:
    """Restore an archive or a copy into a store, which is created if there is none.

    Args:
        path: the backup.
        settings: the store.
        ids: KEEP needs an empty store; NEW adds to an existing one, and uses its contexts of the same type and name,
            and its types of the same name and version.
        check_only: check the backup and do not touch the store.
        new_store_id: let the store have an id of its own, because that of the archive stays in use.
        who: the name in the audit log; "" for no entry, which leaves the store equal to the archive.
        key: refuse a backup that this key has not signed.

    Raises:
        DataLossError: the backup is cut off, damaged, or not signed with the key; nothing was written.
        FailedPreconditionError: ids are to be kept, and the store is not empty.
        AlreadyExistsError: something of the archive has a name or external id that is taken; nothing was written.
    """
    with _archive(path, key) as archive:
        archive.check()
        check_records(archive)
        if not check_only:
            _restore(archive, settings, ids, _Note(path.name, who, ids), new_store_id=new_store_id)
        return archive.manifest


def is_signed(path: Path) -> bool:
    """Say whether a backup says that it is signed."""
    if is_copy(path):
        return False
    with reading(path) as archive:
        return archive.is_signed


def check(path: Path, key: SignKey | None = None) -> Manifest:
    """Read a whole backup without a store.

    Raises:
        DataLossError: the backup is cut off, damaged, or not signed with the key.
    """
    with _archive(path, key) as archive:
        archive.check()
        check_records(archive)
        return archive.manifest


@contextmanager
def _archive(path: Path, key: SignKey | None) -> Iterator[Archive]:
    """Open an archive, or make one of a copy."""
    if not (path.is_file() and is_copy(path)):
        with reading(path, key) as archive:
            yield archive
        return
    if key:
        raise errors.DataLossError(f"{path} is a copy of a SQLite file, which holds no signature; use a signed archive")
    beside = path.parent if os.access(path.parent, os.W_OK) else None  # a disk with room for it, if that may be used
    with tempfile.TemporaryDirectory(prefix="lineal-", dir=beside) as folder:
        copied = Path(folder) / "copy.zip"
        backup(DatabaseSettings(sqlite_url(path, "mode=ro")), copied)
        with reading(copied) as archive:
            yield archive


@dataclass(frozen=True)
class _Note:
    """The entry of a restore in the audit log."""

    file: str
    who: str
    ids: Ids

    def write(self, session: Session, manifest: Manifest) -> None:
        if self.who:
            new = {"file": self.file, "ids": self.ids.value, **manifest.counts()}
            note(session, who=self.who, command="restore", action="restore", new=new)


def _restore(archive: Archive, settings: DatabaseSettings, ids: Ids, noted: _Note, *, new_store_id: bool) -> None:
    def renumber(session: Session, _: object) -> None:
        before = outbox_rows.largest_ids(session)
        Renumbering(archive).run(session)
        _index_again(session)
        outbox_rows.mark_after(session, before)
        noted.write(session, archive.manifest)

    def write(session: Session, _: object) -> None:
        _write(session, archive)
        if new_store_id:
            value_rows.remove(session, value_rows.STORE_ID)
        _index_again(session)
        outbox_rows.mark_after(session, dict.fromkeys(KINDS, 0))
        noted.write(session, archive.manifest)

    with open_service(dataclasses.replace(settings)) as service:
        on_demand.prepare(service.database)
        try:
            service.write(renumber if ids is Ids.NEW else write)
        except errors.OutOfRangeError as error:
            raise errors.OutOfRangeError(f"{error.message}; {_WIDER}", error.details) from error
        except Conflict as conflict:
            raise errors.DataLossError(
                "the archive holds a row twice, or this database takes two of its names for the same, since it ignores "
                "case, accents or blanks at the end; use another backup, or a database that Lineal makes"
            ) from conflict


def _index_again(session: Session) -> None:
    """Let the search index check all nodes, because restored nodes keep their old times."""
    for kind in KINDS:
        index_rows.start_again(session, kind)


def _write(session: Session, archive: Archive) -> None:
    _require_empty(session)
    archive_rows.clear_types(session)
    for member in archive_rows.EVERY_MEMBER:
        for lines, batch in batches(archive, member):
            archive_rows.write(session, member, batch, lines)
    archive_rows.note_ids(session)
    while not view_rows.count_uncounted(session):
        pass


def _require_empty(session: Session) -> None:
    """Refuse a store that holds more than the types that every store holds."""
    counted = sum(facet_rows.totals(session, KINDS))
    types = [(kind, row.name) for kind in KINDS for row in type_rows.all_types(session, kind)]
    own = any(name not in kind.system_types for kind, name in types)
    if counted or own:
        raise errors.FailedPreconditionError(
            f"the store holds {amount(counted, 'nodes and events')} and {amount(len(types), 'types')}, and their ids "
            "could be those of the archive; give an empty database, or --ids new"
        )
    for member in archive_rows.EVERY_MEMBER:
        has_id = member is archive_rows.VALUES  # a store may have been given one before it holds anything
        if member.is_own and not has_id and next(archive_rows.read(session, member), None):
            raise errors.FailedPreconditionError(
                f"the store has rows in {member.table.name}, which the archive's would meet; give a database without "
                "any, or --ids new"
            )
