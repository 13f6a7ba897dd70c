"""Rows of the audit log: adding them and listing them. Nothing here, or elsewhere, changes or deletes one."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal import json_form
from lineal.filter.search.value_tests import Contains
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.rows.pages import PageOrder
from lineal.store.tables.own_tables import AUDIT, LONGEST_TEXT
from lineal.store.upkeep.changes import Change

_COLUMNS = ("time", "who", "rpc", "action", "subject", "node_id", "old_values", "new_values")
_NEWEST_FIRST = PageOrder(AUDIT.c.id, ascending=False)
_INSERT = insertion(AUDIT, _COLUMNS)


class AuditRow(NamedTuple):
    """An entry of the log; the values are JSON texts, which mark numbers as records do (lineal/json_form.py)."""

    id: int
    time: int
    who: str
    rpc: str
    action: str
    subject: str
    node_id: int
    old_values: str | None
    new_values: str | None


@dataclass(frozen=True)
class AuditFilter:
    """Which entries to list; None means all.

    Attributes:
        subject: "artifact", "execution", "context", "type", "store", "token" or "file".
        node_id: the id of one of them.
        who: the caller as recorded, or only the name or the id of the token.
        signature: the caller exactly as recorded.
        action: what was done, such as "delete".
        rpc: the call.
        since: from this time on, in milliseconds since the epoch.
        until: before this time.
    """

    subject: str | None = None
    node_id: int | None = None
    who: str | None = None
    rpc: str | None = None
    since: int | None = None
    until: int | None = None
    signature: str | None = None
    action: str | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions on rows."""
        equal = {name: getattr(self, name) for name in ("subject", "node_id", "rpc", "action")}
        found: list[sa.ColumnElement[bool]] = [
            AUDIT.c[name] == sa.bindparam(None, value, type_=AUDIT.c[name].type)
            for name, value in equal.items()
            if value is not None
        ]
        found += [_is_by(self.who)] if self.who is not None else []
        found += [_is_exactly(self.signature)] if self.signature is not None else []
        found += [AUDIT.c.time >= self.since] if self.since is not None else []
        return found + ([AUDIT.c.time < self.until] if self.until is not None else [])


_BY_ID = Statement(
    sa.select(AUDIT.c.id, *[AUDIT.c[name] for name in _COLUMNS]).where(AUDIT.c.id == sa.bindparam("entry_id"))
)


def by_id(session: Session, entry_id: int) -> AuditRow | None:
    """Return an entry, or None."""
    row = session.row(_BY_ID, {"entry_id": entry_id})
    return AuditRow._make(row) if row else None


def _of_record(*columns: sa.Column[Any]) -> sa.Select[Any]:
    """Return the query for entries of one record, oldest first."""
    is_it = [AUDIT.c[name] == sa.bindparam(name) for name in ("subject", "node_id")]
    return sa.select(*columns).where(*is_it).order_by(AUDIT.c.id).limit(sa.bindparam("most"))


_RECORDER = Statement(_of_record(AUDIT.c.who).where(AUDIT.c.action == "create"))
_REPLACED = Statement(
    _of_record(AUDIT.c.who, AUDIT.c.rpc, AUDIT.c.action, AUDIT.c.old_values, AUDIT.c.new_values).where(
        AUDIT.c.rpc != sa.bindparam("without"),
        sa.or_(AUDIT.c.action == "update", sa.and_(AUDIT.c.action == "event", AUDIT.c.new_values.is_(None))),
    )
)


_LOST_EVENTS = Statement(
    sa.select(AUDIT.c.node_id, AUDIT.c.old_values)
    .where(
        AUDIT.c.subject == "execution",
        listed(AUDIT.c.node_id, "ids"),
        AUDIT.c.action == "event",
        AUDIT.c.new_values.is_(None),
    )
    .limit(sa.bindparam("most"))
)


class Replaced(NamedTuple):
    """An update of a record, or an event of an execution that was removed; the values are JSON texts."""

    who: str
    rpc: str
    action: str
    old_values: str | None
    new_values: str | None


def recorder(session: Session, subject: str, node_id: int) -> str | None:
    """Return who recorded a record; None if the log does not have it."""
    row = session.row(_RECORDER, {"subject": subject, "node_id": node_id, "most": 1})
    return str(row[0]) if row else None


def replaced(session: Session, subject: str, node_id: int, *, without: str, limit: int) -> list[Replaced]:
    """Return the updates of a record and the events that it lost, oldest first, but not those by one call."""
    values = {"subject": subject, "node_id": node_id, "without": without, "most": limit}
    return [Replaced._make(row) for row in session.rows(_REPLACED, values)]


def lost_events(session: Session, execution_ids: Sequence[int], *, limit: int) -> list[tuple[int, str | None]]:
    """Return the events that executions lost: their ids and the old values; of a long list, up to `limit` a piece."""
    pieces = session.pieces(execution_ids)
    rows = [row for piece in pieces for row in session.rows(_LOST_EVENTS, {"ids": piece, "most": limit})]
    return [(execution_id, old) for execution_id, old in rows]


def _is_by(who: str) -> sa.ColumnElement[bool]:
    """Return the condition that an entry is by a caller: the text, or NAME or ID of "NAME (token ID)"."""
    text = re.sub(r"[|%_]", r"|\g<0>", who)
    patterns = [f"{text} (%)", f"% (token {text})"]
    column = AUDIT.c.who
    equal = column == sa.bindparam(None, who, type_=column.type)
    return sa.or_(equal, *[Contains(column, sa.bindparam(None, pattern, sa.Text())) for pattern in patterns])


def _is_exactly(signature: str) -> sa.ColumnElement[bool]:
    return AUDIT.c.who == sa.bindparam(None, signature[:LONGEST_TEXT], type_=AUDIT.c.who.type)


def add(session: Session, changes: Sequence[Change], *, time: int, who: str, rpc: str) -> None:
    """Write changes into the log."""
    names = who[:LONGEST_TEXT], rpc
    rows = [(time, *names, *change[:3], _text(change.old), _text(change.new)) for change in changes]
    session.change_many(_INSERT, rows)


def _text(values: Any) -> str | None:
    return None if values is None else json_form.record_text(json.dumps(values, sort_keys=True))


def page(session: Session, wanted: AuditFilter, *, before: int | None, limit: int) -> list[AuditRow]:
    """Return entries, the newest first, those with ids below `before`."""
    query = sa.select(AUDIT.c.id, *[AUDIT.c[name] for name in _COLUMNS]).where(*wanted.conditions())
    if before is not None:
        query = query.where(_NEWEST_FIRST.after(None, before))
    return [AuditRow._make(row) for row in session.rows(Statement(query.order_by(*_NEWEST_FIRST.keys).limit(limit)))]
