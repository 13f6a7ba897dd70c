"""The history of one record: its entries of the audit log, for those who see the record.

The log holds values from before a record was in the caller's workspaces. So a caller without limits reads all entries
of a record, and a limited one only those of their own changes. What stays out: the whole log (audit_log.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lineal import errors
from lineal.kinds import Kind
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.service.writes.undo_change import UNDONE
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import pages
from lineal.store.schema import on_demand
from lineal.store.tables import own_tables
from lineal.store.upkeep import audit as audit_rows
from lineal.store.upkeep.audit import AuditFilter, AuditRow
from lineal.upkeep.audit_log import AuditEntry, number_of


@dataclass(frozen=True)
class HistoryEntry(AuditEntry):
    """One change of a record; `is_undoable` says whether changes of this sort can be undone, and the caller may."""

    is_undoable: bool


@dataclass(frozen=True)
class History:
    """Changes of a record, the newest first.

    Attributes:
        items: the changes.
        next_cursor: what to pass as `cursor` for older ones; None on the last page.
        only_own: whether changes by others are left out, because the caller is limited to workspaces.
    """

    items: list[HistoryEntry]
    next_cursor: str | None
    only_own: bool


def history(service: MetadataService, kind: Kind, node_id: int, *, cursor: str, limit: int, caller: Caller) -> History:
    """Return a page of the changes of a record.

    Raises:
        NotFoundError: the caller sees no such record.
        InvalidArgumentError: the cursor is none of this log's.
    """
    if not service.read(lambda session, _: node_rows.existing_ids(session, kind, [node_id]), caller=caller):
        raise errors.NotFoundError(f"there is no {kind.name} with the id {node_id}")
    only_own = caller.scope is not None
    if not on_demand.holds(service.database, own_tables.AUDIT):
        return History([], None, only_own)
    before = number_of(cursor) if cursor else None
    wanted = AuditFilter(kind.name, node_id)
    if only_own:
        wanted = replace(wanted, signature=caller.signature)
    rows = service.read(lambda session, _: audit_rows.page(session, wanted, before=before, limit=limit + 1))
    shown, last = pages.first(rows, limit)
    may_undo = not only_own and service.calls["UndoChange"].needed_role <= caller.role
    items = [_entry(row, may_undo=may_undo and not service.database.dialect.read_only) for row in shown]
    return History(items, pages.numbered(last.id) if last else None, only_own)


def _entry(row: AuditRow, *, may_undo: bool) -> HistoryEntry:
    return HistoryEntry(*row, is_undoable=may_undo and row.action in UNDONE)
