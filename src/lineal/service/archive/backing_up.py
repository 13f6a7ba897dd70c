"""Back up a store: as an archive that every engine can take, or as a copy of a SQLite file.

What stays out: the form of the file (files.py).
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import lineal
from lineal import errors
from lineal.config import DatabaseSettings, Use
from lineal.service import MetadataService, open_service
from lineal.service.archive.files import Manifest, new_archive, writing
from lineal.service.clock import now
from lineal.store import archive_rows
from lineal.store.database import Database, Session
from lineal.store.tables import SCHEMA_VERSION
from lineal.urls import sqlite_url


def open_for_reading(settings: DatabaseSettings) -> MetadataService:
    """Open a store that exists, to write nothing."""
    return open_service(dataclasses.replace(settings, use=Use.READ))


def backup(settings: DatabaseSettings, path: Path, *, overwrite: bool = False) -> Manifest:
    """Write a store, as it is at one moment, into an archive; others may write to the store meanwhile.

    Raises:
        AlreadyExistsError: there is such a file, and it may not be overwritten.
        StatusError: the store cannot be opened, or the file not be written.
    """
    with open_for_reading(settings) as service, writing(path, overwrite=overwrite) as draft:
        return service.database.read(lambda session: _write(session, draft))


def _write(session: Session, draft: Path) -> Manifest:
    manifest = Manifest(now(), lineal.__version__, session.dialect.name, SCHEMA_VERSION)
    with new_archive(draft) as archive:
        for member in archive_rows.EVERY_MEMBER:
            records = archive_rows.read(session, member) if archive_rows.is_present(session, member) else ()
            manifest.members[member.name] = archive.add(member.name, records)
        archive.end(manifest)
    return manifest


def copy(settings: DatabaseSettings, path: Path, *, overwrite: bool = False) -> int:
    """Copy a SQLite store, as it is at one moment, into a file that is a store itself; return its bytes.

    Raises:
        UnimplementedError: the store is on another engine.
        DataLossError: SQLite finds the copy damaged, and so the store.
    """
    with open_for_reading(settings) as service, writing(path, overwrite=overwrite) as draft:
        service.database.dialect.copy_file(str(draft))
        _require_sound(draft)
        return draft.stat().st_size


def _require_sound(path: Path) -> None:
    copied = Database(DatabaseSettings(sqlite_url(path, "mode=ro")))
    try:
        faults = copied.read(lambda session: session.dialect.faults(session.script, []))
    finally:
        copied.close()
    if faults:
        raise errors.DataLossError(f"the database is damaged, and so is a copy of it: {faults[0]}; see `lineal doctor`")


def is_copy(path: Path) -> bool:
    """Say whether a file is a SQLite database."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"
