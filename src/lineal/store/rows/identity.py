"""Artifacts found by what identifies them: a uri, and texts among their properties.

The result may hold too much: a database may compare texts without regard to case, so the caller compares once more.
What stays out: what makes two artifacts the same (service/writes/log_artifact.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.kinds import ARTIFACT
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows.nodes import NodeRow, select_nodes
from lineal.store.tables.mlmd_tables import NODE, PROPERTY, STORED_START, StartListed

_ID, _URI = NODE[ARTIFACT].c.id, NODE[ARTIFACT].c.uri


class Told(NamedTuple):
    """The text of an artifact's property, or None if the artifact does not have the property."""

    name: str
    text: str | None


def artifacts_telling(session: Session, uri: str, told: Sequence[Told]) -> list[NodeRow]:
    """Return the artifacts of a uri with these declared properties, by id."""
    asked = [each for each in told if each.text is None or _can_be_stored(session, each.text)]
    if not _can_be_stored(session, uri):
        return []
    values: dict[str, Any] = {"uris": [uri], "starts": [uri[:STORED_START]]}
    for number, each in enumerate(asked):
        values[f"name_{number}"] = each.name
        if each.text is not None:
            values[f"text_{number}"] = each.text
    found = session.rows(_statement(tuple(each.text is not None for each in asked)), values)
    return [row for row in map(NodeRow._make, found) if row.uri == uri]


def _can_be_stored(session: Session, text: str) -> bool:
    return session.dialect.holds_nul or "\0" not in text


@lru_cache
def _statement(has_text: tuple[bool, ...]) -> Statement:
    conditions = [_tells(number) if text else sa.not_(_has(number)) for number, text in enumerate(has_text)]
    by_uri = sa.and_(StartListed(_URI, "starts"), listed(_URI, "uris"))
    return Statement(select_nodes(ARTIFACT).where(by_uri, *conditions).order_by(_ID))


def _has(number: int) -> sa.ColumnElement[bool]:
    return _exists(number, _property(number))


def _tells(number: int) -> sa.ColumnElement[bool]:
    row = _property(number)
    return _exists(number, row, row.string_value == sa.bindparam(f"text_{number}"))


def _exists(number: int, row: Any, *further: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    named = sa.and_(row.artifact_id == _ID, row.name == sa.bindparam(f"name_{number}"), ~row.is_custom_property)
    return sa.exists(sa.select(sa.literal_column("1")).where(named, *further))


def _property(number: int) -> Any:
    """Return the columns of an alias that is new each time: the conditions on one property share one."""
    return PROPERTY[ARTIFACT].alias(f"property_{number}").c
