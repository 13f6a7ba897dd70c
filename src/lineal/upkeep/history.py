"""The history of one record: its entries of the audit log, for those who see the record.

The log holds values from before a record was in the caller's workspaces. So a caller without limits reads all entries
of a record, and a limited one only those of their own changes. The same callers learn that a record was deleted; to
others it is one that never was. What stays out: the whole log (audit_log.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone

from lineal import errors
from lineal.kinds import Kind
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.service.writes.undo_change import UNDONE
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import pages
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
        records_all_writes: whether this server records every write now (`--audit`), and not only deletions, changes of
            records, moved aliases and replaced files.
    """

    items: list[HistoryEntry]
    next_cursor: str | None
    only_own: bool
    records_all_writes: bool


class DeletedRecordError(errors.NotFoundError):
    """A record that was deleted.

    Attributes:
        deleted: when, in milliseconds since the epoch.
        deleted_by: who deleted it, as the audit log names callers.
    """

    def __init__(self, message: str, deleted: int, deleted_by: str) -> None:
        super().__init__(message)
        self.deleted = deleted
        self.deleted_by = deleted_by


def missing(service: MetadataService, kind: Kind, node_id: int, caller: Caller) -> errors.NotFoundError:
    """Return the error of a record that is not there: that it was deleted, if the caller may know, or never was."""
    unknown = errors.NotFoundError(f"there is no {kind.name} with the id {node_id}")
    if not service.has_log():
        return unknown
    wanted = _shown_to(caller, AuditFilter(kind.name, node_id, action="delete"))
    rows = service.read(lambda session, _: audit_rows.page(session, wanted, before=None, limit=1))
    if not rows:
        return unknown
    when = datetime.fromtimestamp(rows[0].time / 1000, timezone.utc).isoformat(" ", "seconds").replace("+00:00", " UTC")
    message = f"there is no {kind.name} with the id {node_id} any more: {rows[0].who} deleted it on {when}"
    return DeletedRecordError(message, rows[0].time, rows[0].who)


def history(service: MetadataService, kind: Kind, node_id: int, *, cursor: str, limit: int, caller: Caller) -> History:
    """Return a page of the changes of a record.

    Raises:
        NotFoundError: the caller sees no such record.
        InvalidArgumentError: the cursor is none of this log's.
    """
    if not service.read(lambda session, _: node_rows.existing_ids(session, kind, [node_id]), caller=caller):
        raise missing(service, kind, node_id, caller)
    only_own = caller.scope is not None
    if not service.has_log():
        return History([], None, only_own, service.database.settings.audit)
    before = number_of(cursor) if cursor else None
    wanted = _shown_to(caller, AuditFilter(kind.name, node_id))
    rows = service.read(lambda session, _: audit_rows.page(session, wanted, before=before, limit=limit + 1))
    shown, last = pages.first(rows, limit)
    may_undo = not only_own and service.calls["UndoChange"].needed_role <= caller.role
    items = [_entry(row, may_undo=may_undo and not service.database.dialect.read_only) for row in shown]
    following = pages.numbered(last.id) if last else None
    return History(items, following, only_own, service.database.settings.audit)


def _shown_to(caller: Caller, wanted: AuditFilter) -> AuditFilter:
    """Return what a caller may read of the entries: all of them, or those of their own changes."""
    return wanted if caller.scope is None else replace(wanted, signature=caller.signature)


def _entry(row: AuditRow, *, may_undo: bool) -> HistoryEntry:
    return HistoryEntry(*row, is_undoable=may_undo and row.action in UNDONE)
