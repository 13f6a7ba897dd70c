"""Reading the audit log. Only admins may, because it shows values of the whole store.

What stays out: writing it (audit.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from lineal import errors
from lineal.json_shapes import Wide
from lineal.nearest import hint
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller, Role, require
from lineal.store.rows import pages
from lineal.store.schema import on_demand
from lineal.store.tables import own_tables
from lineal.store.upkeep import audit as audit_rows
from lineal.store.upkeep.audit import AuditFilter, AuditRow
from lineal.upkeep.calls import ALL_CALLS

__all__ = ["AuditEntry", "AuditFilter", "AuditPage", "check_call", "page"]

_COMMANDS = ("doctor", "import", "migrate", "outbox", "restore", "token")
_EVENTS = "ReceiveEvent"  # lineal/openlineage, which this layer does not know


@dataclass(frozen=True)
class AuditEntry:
    """One change.

    Attributes:
        id: its number; later changes have greater ones.
        time: when, in milliseconds since the epoch.
        who: the caller: a name, and how it was proven, such as "ada (token 3f2ab4c5d6e7)".
        rpc: the call.
        action: create, update, delete, tombstone, or what was added: event, attribution, association, parent, property,
            metrics, facets; replace file, delete file of an artifact or execution; mend, migrate, restore, import of a
            store; create, revoke of a token; upload, delete of a file.
        subject: what it is about: artifact, execution, context, type, store, token or file.
        node_id: its id; 0 for a store, and for a token, whose id is among the values.
        old: the values that are gone, as a JSON text; None if there were none.
        new: the values that are new, as a JSON text; None if there are none.
    """

    id: Wide
    time: int
    who: str
    rpc: str
    action: str
    subject: str
    node_id: Wide
    old: str | None
    new: str | None


@dataclass(frozen=True)
class AuditPage:
    """Changes, the newest first.

    Attributes:
        items: the changes.
        next_cursor: what to pass as `cursor` for older ones; None on the last page.
        records_all_writes: whether this server records every write now (`--audit`), and not only deletions, changes of
            records, moved aliases, replaced files, tokens, and what commands do to a whole store.
    """

    items: list[AuditEntry]
    next_cursor: str | None
    records_all_writes: bool


def page(
    service: MetadataService, wanted: AuditFilter, *, cursor: str = "", limit: int, caller: Caller = UNNAMED
) -> AuditPage:
    """Return a page of changes.

    Raises:
        PermissionDeniedError: the caller is no admin.
        InvalidArgumentError: the cursor is none of this log's.
    """
    require(caller, Role.ADMIN, "the audit log")
    if not on_demand.holds(service.database, own_tables.AUDIT):
        return AuditPage([], None, service.database.settings.audit)
    before = number_of(cursor) if cursor else None
    limit = min(limit, service.database.limits.max_page_size)
    rows = service.read(lambda session, _: audit_rows.page(session, wanted, before=before, limit=limit + 1))
    shown, last = pages.first(rows, limit)
    following = pages.numbered(last.id) if last else None
    return AuditPage([_entry(row) for row in shown], following, service.database.settings.audit)


def check_call(name: str) -> None:
    """Refuse the name of a call that never writes an entry: a typo would find nothing.

    Raises:
        InvalidArgumentError: no call that writes, and no command that does, has this name.
    """
    known = [*(each for each, call in ALL_CALLS.items() if call.writes), *_COMMANDS, _EVENTS]
    if name not in known:
        raise errors.InvalidArgumentError(f"{name[:100]!r} is not a call that writes{hint(name, known)}")


def number_of(cursor: str) -> int:
    """Return the number of the entry at which a page ended.

    Raises:
        InvalidArgumentError: no page returned this cursor.
    """
    try:
        [number] = pages.numbers(cursor, 1)
    except ValueError:
        raise errors.InvalidArgumentError(f"cursor is {cursor[:40]!r}; give next_cursor of the page before") from None
    return number


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(*row)
