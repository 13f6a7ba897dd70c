"""Rows of files that were uploaded: their paths below the artifacts root, sizes and digests.

A row belongs to a path, and not to a node: files come before the record that names them, and stay behind it. What stays
out: the files (lineal/files), and who may see which path (service/callers_files.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.tables.own_tables import FILE, LONGEST_TEXT


class FileRow(NamedTuple):
    """A file as it was uploaded.

    Attributes:
        path: its path below the artifacts root.
        size: in bytes.
        sha256: in hexadecimal digits.
        time: when the upload was complete, in milliseconds since the epoch.
    """

    path: str
    size: int
    sha256: str
    time: int


_F = FILE.c
_NEW = ("identity", "path", "beginning", "size", "sha256", "time")
_CHANGED = ("size", "sha256", "time")
_COLUMNS = [_F[name] for name in FileRow._fields]
_INSERT = insertion(FILE, _NEW, keep_existing="identity")
_UPDATE = Statement(
    sa.update(FILE).values({name: sa.bindparam(name) for name in _CHANGED}).where(_F.identity == sa.bindparam("of")),
    order=[*_CHANGED, "of"],
)
_BY_IDENTITY = Statement(sa.select(*_COLUMNS).where(listed(_F.identity, "ids")))
_FROM, _TO = (sa.bindparam(name, type_=_F.beginning.type) for name in ("from_text", "to_text"))
_WITH_PREFIX = Statement(sa.select(*_COLUMNS).where(_F.beginning >= _FROM, _F.beginning < _TO))
_WITH_BEGINNING = Statement(sa.select(*_COLUMNS).where(_F.beginning == _FROM))
_DELETE = Statement(
    sa.delete(FILE).where(_F.identity == sa.bindparam("of"), _F.time <= sa.bindparam("until")), order=["of", "until"]
)
_AFTER_SLASH = "0"
"""The character after the slash, in the order of bytes."""


def identity_of(path: str) -> str:
    """Return the key of a path."""
    return hashlib.sha256(path.encode()).hexdigest()


def put(session: Session, rows: Sequence[FileRow], *, keeps_existing: bool = False) -> None:
    """Write rows, in place of those of the same paths, unless these are to be kept."""
    new = [(identity_of(row.path), row.path, row.path[:LONGEST_TEXT], *row[1:]) for row in rows]
    session.change_many(_INSERT, new)
    if not keeps_existing:
        session.change_many(_UPDATE, [(*row[1:], identity_of(row.path)) for row in rows])


def by_paths(session: Session, paths: Sequence[str]) -> dict[str, FileRow]:
    """Return the rows of those of the paths that have one, by path."""
    found = session.listed_rows(_BY_IDENTITY, "ids", [identity_of(path) for path in paths])
    return {row[0]: FileRow._make(row) for row in found}


def below(session: Session, folder: str) -> list[FileRow]:
    """Return the rows of all paths below a folder; "" is the root."""
    prefix = f"{folder}/"
    if len(prefix) > LONGEST_TEXT:
        rows = session.rows(_WITH_BEGINNING, {"from_text": prefix[:LONGEST_TEXT]})
    else:
        end = folder + _AFTER_SLASH
        rows = session.rows(_WITH_PREFIX, {"from_text": prefix, "to_text": end})
    return [FileRow._make(row) for row in rows if row[0].startswith(prefix)]


def delete(session: Session, paths: Sequence[str], *, until: int) -> None:
    """Delete the rows of paths, without those of uploads after a time, in milliseconds since the epoch."""
    session.change_many(_DELETE, [(identity_of(path), until) for path in paths])
