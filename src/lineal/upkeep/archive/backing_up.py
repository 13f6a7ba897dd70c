"""Back up a store: as an archive for every engine, or as a copy of a SQLite file.

What stays out: the form of the file (files.py).
"""

from __future__ import annotations

import dataclasses
import tempfile
from contextlib import closing
from itertools import chain, islice
from pathlib import Path

import lineal
from lineal import errors, progress
from lineal.config import DatabaseSettings, Use
from lineal.service import MetadataService
from lineal.service.clock import now
from lineal.store.engine.database import Database
from lineal.store.engine.dialects.sqlite_files import first_bytes
from lineal.store.engine.session import Session
from lineal.store.schema import migrations
from lineal.store.tables.mlmd_tables import SCHEMA_VERSION
from lineal.store.upkeep import archive as archive_rows
from lineal.upkeep.archive.files import Manifest, new_archive, writing
from lineal.upkeep.archive.signing import SignKey
from lineal.upkeep.opening import open_service
from lineal.urls import sqlite_url


def open_for_reading(settings: DatabaseSettings) -> MetadataService:
    """Open a store that exists, to write nothing."""
    return open_service(dataclasses.replace(settings, use=Use.READ))


def backup(settings: DatabaseSettings, path: Path, *, overwrite: bool = False, key: SignKey | None = None) -> Manifest:
    """Write a store, as it is at one moment, into an archive, signed if a key is given; others may write meanwhile.

    A store of an older schema version stays as it is: a copy of it is upgraded, and goes into the archive.

    Raises:
        AlreadyExistsError: there is such a file, and it may not be overwritten.
        StatusError: the store cannot be opened, or the file not be written.
    """
    with writing(path, overwrite=overwrite) as draft:
        version = older_version(settings)
        if version is None:
            return _archived(settings, draft, key)
        with tempfile.TemporaryDirectory(prefix=f"{draft.name}.", dir=path.absolute().parent) as folder:
            copied = DatabaseSettings(sqlite_url(Path(folder) / "old.db"), upgrade=True)
            engine = _copy_old(settings, copied, version)
            return _archived(copied, draft, key, engine=engine, upgraded_from=version)


def older_version(settings: DatabaseSettings) -> int | None:
    """Return the schema version of a store if it is an older one, else None.

    Raises:
        StatusError: the database cannot be opened.
    """
    with closing(Database(dataclasses.replace(settings, use=Use.READ))) as database:
        state = database.read(migrations.recognise)
    if state.is_empty or state.unfinished or state.lacks_only_the_version:
        return None  # opening it says what is wrong
    version = state.version()
    return version if version < SCHEMA_VERSION else None


def _copy_old(settings: DatabaseSettings, target: DatabaseSettings, version: int) -> str:
    """Copy an older store into a new SQLite file; return the name of its engine."""
    with (
        closing(Database(dataclasses.replace(settings, use=Use.READ))) as source,
        closing(Database(target)) as copied,
    ):
        source.read(lambda session: migrations.copy_rows(session, copied, version))
        return source.dialect.name


def _archived(
    settings: DatabaseSettings, draft: Path, key: SignKey | None, *, engine: str = "", upgraded_from: int | None = None
) -> Manifest:
    opened = open_for_reading(settings) if upgraded_from is None else open_service(settings)
    with opened as service:
        manifest = Manifest(now(), lineal.__version__, engine or service.database.dialect.name, SCHEMA_VERSION)
        manifest.upgraded_from = upgraded_from
        return service.database.read(lambda session: _write(session, draft, manifest, key))


def _write(session: Session, draft: Path, manifest: Manifest, key: SignKey | None) -> Manifest:
    with new_archive(draft, key) as archive:
        for member in archive_rows.EVERY_MEMBER:
            records = archive_rows.read(session, member) if archive_rows.is_present(session, member) else iter(())
            if member is archive_rows.AUDITED:
                records = manifest.missing.among(records)
            first = list(islice(records, 1))
            if first or not member.is_recent:
                counted = progress.counted(member.name, chain(first, records))
                manifest.members[member.name] = archive.add(member.name, counted)
        archive.end(manifest)
    return manifest


def copy(settings: DatabaseSettings, path: Path, *, overwrite: bool = False) -> int:
    """Copy a SQLite store, as it is at one moment and of any schema version, into a file that is a store itself.

    Returns:
        its bytes.

    Raises:
        UnimplementedError: the store is on another engine.
        DataLossError: SQLite finds the copy damaged, and so the store.
    """
    if older_version(settings) is None:
        open_for_reading(settings).close()  # which says if it is not a store
    with (
        closing(Database(dataclasses.replace(settings, use=Use.READ))) as database,
        writing(path, overwrite=overwrite) as draft,
    ):
        database.dialect.copy_file(str(draft))
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
    return first_bytes(path, 16) == b"SQLite format 3\0"
