"""Rows of aliases: among the versions of a name, one has it.

The whole table is read and written here, whatever the caller sees. What stays out: whether they see an artifact, and
which artifacts are versions of one name (service/writes/put_aliases.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.tables.own_tables import ALIAS


class AliasRow(NamedTuple):
    """An alias and the artifact that has it; `time` is when it got it, in milliseconds since the epoch."""

    identity: str
    alias: str
    artifact_id: int
    workspace: str
    type_id: int
    name: str
    time: int


_IS_ALIAS = [ALIAS.c.identity == sa.bindparam("of_identity"), ALIAS.c.alias == sa.bindparam("of_alias")]
_ALL = sa.select(*[ALIAS.c[name] for name in AliasRow._fields])
_ONE = Statement(_ALL.where(*_IS_ALIAS))
_OF_IDENTITY = Statement(_ALL.where(ALIAS.c.identity == sa.bindparam("of_identity")))
_OF_ARTIFACTS = Statement(_ALL.where(listed(ALIAS.c.artifact_id, "ids")))
_HOLDERS = Statement(sa.select(ALIAS.c.artifact_id).distinct())
_INSERT = insertion(ALIAS, AliasRow._fields)
_MOVE = Statement(
    sa.update(ALIAS).values(artifact_id=sa.bindparam("to_artifact"), time=sa.bindparam("at")).where(*_IS_ALIAS)
)
_DELETE = Statement(sa.delete(ALIAS).where(*_IS_ALIAS))
_DELETE_OF_ARTIFACTS = Statement(sa.delete(ALIAS).where(listed(ALIAS.c.artifact_id, "ids")))


def are_kept(session: Session) -> bool:
    """Say whether the store has the table; one that no version with aliases has written to may lack it."""
    return ALIAS.name in {name.lower() for name in session.dialect.table_names(session.script)}


def holder(session: Session, identity: str, alias: str) -> AliasRow | None:
    """Return the row of an alias, or None if no version has it."""
    row = session.unscoped.row(_ONE, {"of_identity": identity, "of_alias": alias})
    return AliasRow._make(row) if row else None


def of_identity(session: Session, identity: str) -> list[AliasRow]:
    """Return all aliases of the versions of a name, in alphabetical order."""
    return sorted(map(AliasRow._make, session.unscoped.rows(_OF_IDENTITY, {"of_identity": identity})))


def of_artifacts(session: Session, ids: Collection[int]) -> list[AliasRow]:
    """Return the aliases that artifacts have, by artifact and in alphabetical order."""
    found = map(AliasRow._make, session.unscoped.listed_rows(_OF_ARTIFACTS, "ids", list(ids)))
    return sorted(found, key=lambda row: (row.artifact_id, row.alias))


def holders(session: Session) -> set[int]:
    """Return the artifacts of the whole store that have an alias."""
    return {row[0] for row in session.unscoped.rows(_HOLDERS)}


def put(session: Session, row: AliasRow) -> None:
    """Give an alias to an artifact, whoever has it; the caller has seen to it that nobody else moves it."""
    values = {"of_identity": row.identity, "of_alias": row.alias, "to_artifact": row.artifact_id, "at": row.time}
    if session.unscoped.change(_MOVE, values) == 0:
        session.unscoped.change_many(_INSERT, [row])


def delete(session: Session, identity: str, alias: str) -> None:
    """Take an alias from whoever has it."""
    session.unscoped.change(_DELETE, {"of_identity": identity, "of_alias": alias})


def delete_of(session: Session, ids: Sequence[int]) -> None:
    """Take all aliases from artifacts."""
    for piece in session.pieces(ids):
        session.unscoped.change(_DELETE_OF_ARTIFACTS, {"ids": piece})
